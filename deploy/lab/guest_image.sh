#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs inside the root folder while it is built: packs the guests' initial file system.
# Arguments: kernel modules to include, with what they depend on, in loading order.
set -eu
cd /opt/guest
version=$(ls kernel/lib/modules 2>/dev/null || ls kernel/usr/lib/modules)
modules_root=kernel
[ -d kernel/lib/modules ] || modules_root=kernel/usr
cp "kernel/boot/vmlinuz-$version" vmlinuz

rm -rf tree
mkdir -p tree/bin tree/dev tree/proc tree/sys tree/tmp tree/run tree/modules
cp /bin/busybox tree/bin/busybox
ln -s busybox tree/bin/sh
install -m 755 init tree/init

# stress-ng, its libraries and the dynamic loader, at the paths they have here.
cp "$(command -v stress-ng)" tree/bin/stress-ng
ldd "$(command -v stress-ng)" | grep -o '/[^ )]*' | sort -u | while read -r library; do
    mkdir -p "tree$(dirname "$library")"
    cp -L "$library" "tree$library"
done

# The order of loading is the order of the lines. modprobe resolves dependencies; "builtin" lines are skipped.
depmod --basedir "$modules_root" "$version"
for module in "$@"; do
    modprobe --dirname "$modules_root" --set-version "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' > modules.list
while read -r path; do
    name=$(basename "$path")
    case $name in
        *.xz) xz -dc "$path" > "tree/modules/${name%.xz}" ;;
        *.zst) zstd -dcq "$path" > "tree/modules/${name%.zst}" ;;
        *) cp "$path" "tree/modules/$name" ;;
    esac
    basename "$path" | sed 's/\.ko.*$/.ko/' >> tree/modules/order
done < modules.list

(cd tree && find . | cpio --quiet --create --format=newc) | gzip -6 > initramfs.gz
rm -rf tree init make modules.list
