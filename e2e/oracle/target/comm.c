// Loaded before bpftrace: a program that its dynamic linker starts is called after the linker, and scripts see that.
#include <sys/prctl.h>

__attribute__((constructor)) static void name_it(void) { prctl(PR_SET_NAME, "bpftrace"); }
