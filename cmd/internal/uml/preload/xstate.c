/*
 * Preloaded into user-mode Linux where the processor's registers don't fit the
 * room that it has for them. It reads as many as do fit, which the host's kernel
 * allows, and writes them back alone, which the host's kernel refuses. Here the
 * others are written along as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Not on the stack: user-mode Linux has small ones, and one thread. */
static char registers[64 << 10] __attribute__((aligned(64)));

static long set(pid_t pid, struct iovec *some)
{
	struct iovec all = { registers, sizeof registers };

	if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &all) < 0)
		return -1;
	if (some->iov_len < all.iov_len) {
		memcpy(registers, some->iov_base, some->iov_len);
		some = &all;
	}
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, some);
}

long ptrace(enum __ptrace_request request, ...)
{
	static long (*libc)(enum __ptrace_request, ...);
	va_list rest;
	pid_t pid;
	void *addr, *data;

	va_start(rest, request);
	pid = va_arg(rest, pid_t);
	addr = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if (request == PTRACE_SETREGSET && addr == (void *)NT_X86_XSTATE)
		return set(pid, data);
	if (!libc)
		libc = (long (*)(enum __ptrace_request, ...))dlsym(RTLD_NEXT, "ptrace");
	return libc(request, pid, addr, data);
}
