// Loads an object and attaches its programs, as people do with libbpf: `attach OBJECT`. Says "Attached", prints a line for each
// record of its map `events` if it has one, and ends when stdin does.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

struct event {
  unsigned long long at;
  unsigned int pid;
};

static int print_event(void *context, void *data, size_t size) {
  const struct event *event = data;
  (void)context;
  (void)size;
  return printf("%u %llu\n", event->pid, event->at) < 0;
}

int main(int count, char **arguments) {
  struct bpf_object *object = count == 2 ? bpf_object__open(arguments[1]) : NULL;
  struct bpf_program *program;
  struct ring_buffer *ring = NULL;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  if (!object || bpf_object__load(object)) return 1;
  bpf_object__for_each_program(program, object) {
    if (!bpf_program__attach(program)) return 1;
  }
  int events = bpf_object__find_map_fd_by_name(object, "events");
  if (events >= 0 && !(ring = ring_buffer__new(events, print_event, NULL, NULL))) return 1;
  fprintf(stderr, "Attached\n");
  while (poll(&input, 1, ring ? 0 : 1000) == 0) {
    if (ring && ring_buffer__poll(ring, 20) < 0) return 1;
    fflush(stdout);
  }
  // What is still in the ring.
  if (ring) ring_buffer__consume(ring);
  return fflush(stdout);
}
