#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Init of a lab guest. kvmgrid.load=cpu:30,memory:64,disk:1,network:1 (or idle) on the kernel's command line says what it does:
#   cpu:P      P percent of one virtual CPU
#   memory:M   M MiB held and touched
#   disk:N     N writes of 64 KiB a second straight to the first virtual disk, each read back
#   network:N  an echo request every N seconds to the far end of the first interface
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done < /modules/order

load=$(sed -n 's/.*kvmgrid\.load=\([^ ]*\).*/\1/p' /proc/cmdline)
address=$(sed -n 's/.*kvmgrid\.address=\([^ ]*\).*/\1/p' /proc/cmdline)
peer=$(sed -n 's/.*kvmgrid\.peer=\([^ ]*\).*/\1/p' /proc/cmdline)

ip link set lo up
if [ -d /sys/class/net/eth0 ]; then
    ip link set eth0 up
    ip address add "$address" dev eth0
fi

echo "guest: load ${load:-idle}"
for part in $(echo "$load" | tr ',' ' '); do
    amount=${part#*:}
    case $part in
        cpu:*) stress-ng --quiet --cpu 1 --cpu-method loop --cpu-load "$amount" --cpu-load-slice -20 --temp-path /tmp & ;;
        memory:*)
            # tmpfs pages are guest memory in use as long as the file exists.
            mkdir -p /held && mount -t tmpfs -o "size=${amount}m" tmpfs /held
            (dd if=/dev/urandom of=/held/block bs=1M count="$amount" 2> /dev/null) & ;;
        disk:*)
            (
                block=0
                while :; do
                    dd if=/dev/zero of=/dev/vda bs=64k count="$amount" seek=$block oflag=direct conv=notrunc 2> /dev/null
                    dd if=/dev/vda of=/dev/null bs=64k count="$amount" skip=$block iflag=direct 2> /dev/null
                    block=$(((block + amount) % 256))
                    sleep 1
                done
            ) & ;;
        network:*) [ -n "$peer" ] && (while :; do ping -q -c 60 -i "$amount" "$peer" > /dev/null; done) & ;;
    esac
done
echo "guest: ready"
while :; do sleep 3600; done
