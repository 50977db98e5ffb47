// A client in Go, whose runtime makes system calls without any C library: an object, its mapping, a VM, two binds.
package main

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

var failed bool

func check(what string, ok bool) {
	if !ok {
		fmt.Fprintln(os.Stderr, "not so:", what)
		failed = true
	}
}

func ioctl(file *os.File, request uintptr, argument unsafe.Pointer) syscall.Errno {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument))
	return errno
}

func main() {
	file, err := os.OpenFile("/dev/dri/renderD128", os.O_RDWR, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bo := struct {
		size                                uint64
		flags, exclusiveVm, handle, padding uint32
	}{size: 65536}
	check("BO_CREATE", ioctl(file, 0xc0186445, unsafe.Pointer(&bo)) == 0)
	at := struct {
		handle, padding uint32
		offset          uint64
	}{handle: bo.handle}
	check("BO_MMAP_OFFSET", ioctl(file, 0xc0106446, unsafe.Pointer(&at)) == 0)
	memory, err := syscall.Mmap(int(file.Fd()), int64(at.offset), 65536, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	check("mmap", err == nil)
	memory[7] = 9
	again, err := syscall.Mmap(int(file.Fd()), int64(at.offset), 65536, syscall.PROT_READ, syscall.MAP_SHARED)
	check("mmap", err == nil && again[7] == 9)

	vm := struct {
		flags, id uint32
		vaRange   uint64
	}{}
	check("VM_CREATE", ioctl(file, 0xc0106441, unsafe.Pointer(&vm)) == 0)
	type op struct {
		flags, handle    uint32
		offset, va, size uint64
		stride, count    uint32
		syncs            uint64
	}
	ops := [2]op{
		{handle: bo.handle, va: 0x1000000, size: 65536},
		{flags: 1 << 28, va: 0x1004000, size: 0x4000},
	}
	bind := struct {
		vm, flags, stride, count uint32
		ops                      uintptr
	}{vm: vm.id, stride: 48, count: 2, ops: uintptr(unsafe.Pointer(&ops))}
	check("VM_BIND", ioctl(file, 0xc0186443, unsafe.Pointer(&bind)) == 0)
	bind.vm = 99
	check("VM_BIND of no VM", ioctl(file, 0xc0186443, unsafe.Pointer(&bind)) == syscall.EINVAL)
	file.Close()
	if failed {
		os.Exit(1)
	}
	fmt.Println("client.go: to its end")
}
