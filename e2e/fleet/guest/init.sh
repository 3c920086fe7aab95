#!/bin/busybox sh
# The first process of a guest: brings up what an agent needs, then does what the serial console says, a line at a time.
/bin/busybox --install -s /bin
# Before busybox's programs of the same names, which are in /bin.
export PATH=/usr/sbin:/sbin:/usr/bin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t tracefs tracefs /sys/kernel/tracing
# As deploy/systemd has it for agents that are not root.
echo 2 > /proc/sys/kernel/perf_event_paranoid
mount -t cgroup2 cgroup /sys/fs/cgroup
exec </dev/console >/dev/console 2>&1
for module in $(cat /etc/modules); do modprobe "$module"; done

# Services of a disk are where Debian has them, by links. stand_in FROM TO
stand_in() {
  local path to
  for path in "$1"/*; do
    to=$2/${path##*/}
    if [ -d "$path" ] && [ -d "$to" ]; then stand_in "$path" "$to"
    elif [ ! -e "$to" ]; then ln -s "$path" "$to"; fi
  done
}
if [ -b /dev/vda ]; then
  mount -o ro /dev/vda /services
  stand_in /services ''
fi

ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
for word in $(cat /proc/cmdline); do
  case $word in
    # Certificates need the time, and an emulated machine's clock may stand anywhere.
    fleet.time=*) date -s "@${word#*=}" >/dev/null ;;
    fleet.name=*) hostname "${word#*=}" ;;
    fleet.btf=hidden) mount -t tmpfs none /sys/kernel/btf ;;
  esac
done
ulimit -l unlimited

. /workloads.sh

uname -a
dmesg -n 1
stty raw -echo
echo 'guest: ready'
while IFS= read -r line; do eval "$line"; done
poweroff -f
