#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs inside the root folder: packs kernel and initial file system of the lab guests into the folder $1.
# Further arguments: the kernel modules to include; what they depend on is included too, in loading order.
set -eu
result=$1
shift
version=$(ls /opt/kernel/usr/lib/modules)
cp "/opt/kernel/boot/vmlinuz-$version" "$result/vmlinuz"

work=$(mktemp -d)
tree=$work/tree
for folder in bin dev proc sys tmp run modules; do mkdir -p "$tree/$folder"; done
cp /bin/busybox "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
install -m 755 "$result/init" "$tree/init"

# depmod writes beside the modules and the root folder is read-only.
mkdir -p "$work/lib"
cp -r /opt/kernel/usr/lib/modules "$work/lib/"
depmod --basedir "$work" "$version"
for module in "$@"; do
    modprobe --dirname "$work" --set-version "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' > "$work/list"
while read -r path; do
    name=$(basename "$path" .xz)
    case $path in
        *.xz) xz -dc "$path" > "$tree/modules/$name" ;;
        *) cp "$path" "$tree/modules/$name" ;;
    esac
    echo "$name" >> "$tree/modules/order"
done < "$work/list"

pack() { (cd "$1" && find . | cpio --quiet --create --format=newc) | gzip -6; }
pack "$tree" > "$result/initramfs.gz"

# stress-ng with its libraries and the loader, at the paths they have here, is 46 MB unpacked: an archive of its own behind the small one,
# which the kernel unpacks one after the other, so that only the guests that need it spend memory and boot time on it.
tree=$work/stress
mkdir -p "$tree/bin"
cp /usr/bin/stress-ng "$tree/bin/stress-ng"
ldd /usr/bin/stress-ng | grep -o '/[^ )]*' | sort -u | while read -r library; do
    mkdir -p "$tree$(dirname "$library")"
    cp -L "$library" "$tree$library"
done
pack "$tree" | cat "$result/initramfs.gz" - > "$result/initramfs-stress.gz"
rm -rf "$work"
