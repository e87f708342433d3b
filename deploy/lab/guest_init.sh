#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Init of a lab guest. kvmgrid.load=cpu:30,memory:64,disk:1,network:1 (or idle) on the kernel's command line says what it does:
#   cpu:P      P percent of each virtual processor
#   memory:M   M MiB held and touched
#   disk:N     N writes of 64 KiB a second straight to the first virtual disk, each read back
#   network:N  an echo request every N seconds to the far end of the first interface
# The virtio-serial port kvmgrid.load changes it while the guest runs. One line asks, one line answers:
#   load             loaded <load>
#   load <load>      the old load ends and the new one begins; loaded <load>
#   cpu              cpu <busy ticks> <all ticks>, of all virtual processors since the start, as the guest counts them
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

# In a session of its own, so that it ends together with what it started.
# What it says goes to the console: the shell's own output may be the port at that moment, where it would be an answer.
begin() {
    setsid sh -c "$1" > /dev/console 2>&1 3>&- &
    parts="$parts $!"
}

apply() {
    for part in $parts; do kill -KILL -- "-$part" 2> /dev/null && wait "$part" 2> /dev/null; done
    parts=
    grep -q ' /held ' /proc/mounts && umount -l /held
    load=$1
    for part in $(echo "$load" | tr ',' ' '); do
        amount=${part#*:}
        case $part in
            cpu:0) ;;
            cpu:*)
                begin "exec stress-ng --quiet --cpu $(nproc) --cpu-method loop --cpu-load $amount --cpu-load-slice -20 --temp-path /tmp" ;;
            memory:*)
                # tmpfs pages are guest memory in use as long as the file exists.
                mkdir -p /held && mount -t tmpfs -o "size=${amount}m" tmpfs /held
                begin "exec dd if=/dev/urandom of=/held/block bs=1M count=$amount 2> /dev/null" ;;
            disk:*)
                begin "
                    block=0
                    while :; do
                        dd if=/dev/zero of=/dev/vda bs=64k count=$amount seek=\$block oflag=direct conv=notrunc 2> /dev/null
                        dd if=/dev/vda of=/dev/null bs=64k count=$amount skip=\$block iflag=direct 2> /dev/null
                        block=\$(((block + $amount) % 256))
                        sleep 1
                    done" ;;
            network:*) [ -n "$peer" ] && begin "while :; do ping -q -c 60 -i $amount $peer > /dev/null; done" ;;
        esac
    done
}

answer() {
    case $1 in
        load) echo "loaded $load" ;;
        "load "*) apply "${1#load }"; echo "loaded $load" ;;
        cpu)
            # Only what the shell does itself: a started program would be load of its own.
            read -r _ user nice system idle iowait irq softirq steal _ < /proc/stat
            busy=$((user + nice + system + irq + softirq + steal))
            echo "cpu $busy $((busy + idle + iowait))" ;;
        *) echo "unknown $1" ;;
    esac
}

echo "guest: load ${load:-idle}"
parts=
apply "${load:-idle}"
echo "guest: ready"
for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name" 2> /dev/null)" = kvmgrid.load ] && exec 3<> "/dev/${port##*/}"
done
# The port gives an end of file as long as nobody is connected outside.
while :; do
    while read -r line <&3; do answer "$line" >&3; done 2> /dev/null
    sleep 1
done
