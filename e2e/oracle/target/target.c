// What the oracle's cases trace: `target WORD [NUMBER]`. Each word makes exactly the events its case counts.
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum colour { RED = 1, GREEN, BLUE = 10 };

struct point {
  int x;
  int y;
};

struct shape {
  uint8_t id;
  enum colour colour;
  struct point corner;
  struct point *centre;
  const char *label;
  char name[12];
  int sides[4];
  int grid[2][3];
  unsigned low : 3, middle : 7, high : 12;
  bool closed;
  int64_t area;
  uint64_t huge;
};

union number {
  uint32_t whole;
  uint8_t bytes[4];
};

uint32_t target_counter = 0x1234abcd;
int64_t target_negative = -42;
char target_text[16] = "global text";

#define TRACED __attribute__((noinline, used, visibility("default")))

TRACED int target_add(int a, int b) {
  __asm__ volatile("");
  return a + b;
}

TRACED int64_t target_negate(int64_t value) {
  __asm__ volatile("");
  return -value;
}

TRACED int target_shape(struct shape *shape, const char *text, union number *number) {
  __asm__ volatile("" ::"r"(shape), "r"(text), "r"(number) : "memory");
  return shape->sides[0];
}

TRACED int target_many(int a, int b, int c, int d, int e, int f, int g, int h) {
  __asm__ volatile("" ::"r"(g), "r"(h));
  return a + b + c + d + e + f + g + h;
}

TRACED const char *target_text_of(int which) {
  static const char *texts[] = {"zero", "one", "a much longer text that goes on for a while"};
  __asm__ volatile("");
  return texts[which % 3];
}

TRACED void target_bytes(const uint8_t *bytes, size_t length) {
  __asm__ volatile("" ::"r"(bytes), "r"(length) : "memory");
}

TRACED void target_leaf(int depth) { __asm__ volatile("" ::"r"(depth) : "memory"); }

TRACED void target_nested(int depth) {
  if (depth == 0) target_leaf(depth);
  else target_nested(depth - 1);
  __asm__ volatile("" ::: "memory");
}

// As <sys/sdt.h> writes them: a nop, and a note with the provider, the name and where the arguments are.
#if defined(__x86_64__)
#define A32 "-4@%%edi"
#define A64 "8@%%rsi"
#elif defined(__aarch64__)
#define A32 "-4@w0"
#define A64 "8@x1"
#endif
#define NOTE(name, arguments)                                                                  \
  __asm__ volatile("990: nop\n"                                                                \
                   ".pushsection .note.stapsdt,\"\",\"note\"\n"                                \
                   ".balign 4\n.4byte 992f-991f, 994f-993f, 3\n"                               \
                   "991: .asciz \"stapsdt\"\n992: .balign 4\n"                                 \
                   "993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte 0\n"                       \
                   ".asciz \"oracle\"\n.asciz \"" name "\"\n.asciz \"" arguments "\"\n"        \
                   "994: .balign 4\n.popsection\n"                                             \
                   ".ifndef _.stapsdt.base\n"                                                  \
                   ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"     \
                   ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n"                            \
                   "_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n.popsection\n.endif\n" ::)

TRACED void target_usdt(int number, const char *text) {
#if defined(__x86_64__)
  register int a __asm__("edi") = number;
  register const char *b __asm__("rsi") = text;
#else
  register int a __asm__("w0") = number;
  register const char *b __asm__("x1") = text;
#endif
  __asm__ volatile("" ::"r"(a), "r"(b));
  NOTE("hit", A32 " " A64);
  NOTE("plain", "");
}

// One argument of each kind: constants of each size and sign, registers cut to a size, memory.
TRACED void target_usdt_kinds(uint64_t *memory, int64_t wide) {
#if defined(__x86_64__)
  register uint64_t *a __asm__("rdi") = memory;
  register int64_t b __asm__("rsi") = wide;
  __asm__ volatile("" ::"r"(a), "r"(b));
  NOTE("constants", "-4@$-7 4@$9 8@$-1 1@$200");
  NOTE("registers", "8@%%rsi -4@%%esi 4@%%esi -2@%%si 2@%%si -1@%%sil 1@%%sil");
  NOTE("memory", "8@(%%rdi) 4@8(%%rdi) -2@8(%%rdi) -1@12(%%rdi)");
#else
  register uint64_t *a __asm__("x0") = memory;
  register int64_t b __asm__("x1") = wide;
  __asm__ volatile("" ::"r"(a), "r"(b));
  NOTE("constants", "-4@-7 4@9 8@-1 1@200");
  NOTE("registers", "8@x1 -4@x1 4@x1 -2@x1 2@x1 -1@x1 1@x1");
  NOTE("memory", "8@[x0] 4@[x0, 8] -2@[x0, 8] -1@[x0, 12]");
#endif
  // One name at two places.
  NOTE("twice", "4@$1");
  NOTE("twice", "4@$2");
}

static void kinds(void) {
  uint64_t memory[] = {0x1122334455667788, 0x99aabbccddeeff00};
  target_usdt_kinds(memory, -0x123456789abcdef0);
}

static void shape(void) {
  struct point centre = {.x = 70, .y = -80};
  struct shape one = {.id = 200,
                      .colour = GREEN,
                      .corner = {.x = 3, .y = -4},
                      .centre = &centre,
                      .label = "a label",
                      .name = "square",
                      .sides = {10, 20, 30, -40},
                      .grid = {{1, 2, 3}, {4, 5, 6}},
                      .low = 5,
                      .middle = 100,
                      .high = 4000,
                      .closed = true,
                      .area = -123456789012,
                      .huge = 18446744073709551615u};
  union number number = {.whole = 0x04030201};
  target_shape(&one, "a text", &number);
}

static void waits(void) {
  struct timespec rest = {.tv_nsec = 20000000};
  for (;;) {
    nanosleep(&rest, NULL);
    syscall(SYS_getppid);
    target_add(1, 2);
  }
}

static void work(const char *word, long number) {
  const uint8_t bytes[] = {0x00, 0x41, 0x7f, 0x80, 0xff, 0x5c, 0x22, 0x0a};
  const struct timespec rest = {.tv_sec = number / 1000, .tv_nsec = number % 1000 * 1000000};
  if (!strcmp(word, "calls")) {
    for (long i = 0; i < number; i++) syscall(SYS_getppid);
  } else if (!strcmp(word, "add")) {
    for (long i = 0; i < number; i++) target_add((int)i, 100);
  } else if (!strcmp(word, "negate")) target_negate(number);
  else if (!strcmp(word, "shape")) shape();
  else if (!strcmp(word, "many")) target_many(1, 2, 3, 4, 5, 6, 7, 8);
  else if (!strcmp(word, "text")) {
    for (long i = 0; i < number; i++) target_text_of((int)i);
  } else if (!strcmp(word, "bytes")) target_bytes(bytes, sizeof(bytes));
  else if (!strcmp(word, "nested")) target_nested((int)number);
  else if (!strcmp(word, "usdt")) {
    for (long i = 0; i < number; i++) target_usdt((int)i - 1, "of usdt");
  } else if (!strcmp(word, "kinds")) kinds();
  else if (!strcmp(word, "open")) {
    for (long i = 0; i < number; i++) close(open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    open("/no/such/file", O_RDONLY);
  } else if (!strcmp(word, "kill")) kill(getpid(), 0);
  else if (!strcmp(word, "exec")) {
    if (fork() == 0) execl("/bin/true", "true", "first", "second", (char *)NULL);
    wait(NULL);
  } else if (!strcmp(word, "sleep")) nanosleep(&rest, NULL);
  else if (!strcmp(word, "spin")) {
    for (volatile long i = 0; i < number * 1000000; i++) continue;
  } else if (!strcmp(word, "status")) exit((int)number);
  else {
    fprintf(stderr, "target: no word %s\n", word);
    exit(2);
  }
}

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count > 1 && !strcmp(arguments[1], "waits")) {
    puts("ready");
    waits();
  }
  work(count > 1 ? arguments[1] : "", count > 2 ? atol(arguments[2]) : 1);
  // A tracer that looks up our symbols when it prints has to find us alive.
  nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
  return 0;
}
