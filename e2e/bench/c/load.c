// The load: getppid(2) in a loop. Commands on stdin, a line each; an answer on stdout.
//   calls N      makes N calls and answers nanoseconds of this thread's CPU time a call
//   paced N R    makes N calls, R a second, and answers how many were made a second
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void) {
  char word[16];
  long calls, rate;
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  // One CPU: caches stay warm. A machine with a single CPU shares it with the reader.
  sched_setaffinity(0, sizeof(first), &first);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  while (scanf("%15s", word) == 1) {
    if (!strcmp(word, "calls") && scanf("%ld", &calls) == 1) {
      // CPU time leaves out what other programs take; programs attached to the call are in it.
      double start = now(CLOCK_THREAD_CPUTIME_ID);
      for (long i = 0; i < calls; i++) syscall(SYS_getppid);
      printf("%.2f\n", (now(CLOCK_THREAD_CPUTIME_ID) - start) / (double)calls);
    } else if (!strcmp(word, "paced") && scanf("%ld %ld", &calls, &rate) == 2) {
      double start = now(CLOCK_MONOTONIC);
      for (long i = 0; i < calls; i++) {
        syscall(SYS_getppid);
        while (i % 64 == 0 && now(CLOCK_MONOTONIC) < start + (double)i * 1e9 / (double)rate) continue;
      }
      printf("%.0f\n", (double)calls * 1e9 / (now(CLOCK_MONOTONIC) - start));
    } else return 1;
  }
  return 0;
}
