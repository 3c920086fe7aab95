# Workloads: each makes a number of system calls, and says how many they were. On guests busybox runs them, on the host its
# own shell.

# writes TIMES BYTES: write(2) of so many bytes each. dd counts what it wrote.
writes() {
  dd if=/dev/zero of=/dev/null bs="$2" count="$1" 2>&1 | sed -n 's/^\([0-9]*\)+0 records out$/made \1/p'
}

# opens TIMES FILE: openat(2) of a file, by a shell of its own.
opens() {
  made=0
  while [ "$made" -lt "$1" ]; do : <"$2"; made=$((made + 1)); done
  echo "made $made"
}

# kills TIMES: kill(2) through the C library, of a shell by itself with signal 0, which does nothing. Debian's dash, for
# guests' busybox is linked statically.
kills() {
  dash -c 'made=0; while [ "$made" -lt "$1" ]; do kill -0 $$; made=$((made + 1)); done; echo "made $made"' dash "$1"
}

# connects TIMES PORT: as many attempts to connect to the loopback interface, where nobody listens: a SYN each.
connects() {
  made=0
  while [ "$made" -lt "$1" ]; do
    http_proxy= wget -q -O /dev/null "http://127.0.0.1:$2/" 2>/dev/null
    made=$((made + 1))
  done
  echo "made $made"
}
