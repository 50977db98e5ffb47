// A client in Rust without any library, its own system calls: an object, its mapping, a VM, two binds.
#![no_std]
#![no_main]

use core::arch::{asm, global_asm};

global_asm!(".globl _start", "_start:", "and rsp, -16", "call client", "ud2");

const WRITE: usize = 1;
const OPEN: usize = 2;
const CLOSE: usize = 3;
const MMAP: usize = 9;
const IOCTL: usize = 16;
const EXIT_GROUP: usize = 231;
const EINVAL: isize = -22;

unsafe fn call(number: usize, args: [usize; 6]) -> isize {
    let result: isize;
    asm!(
        "syscall",
        inlateout("rax") number as isize => result,
        in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
        in("r10") args[3], in("r8") args[4], in("r9") args[5],
        out("rcx") _, out("r11") _,
    );
    result
}

unsafe fn say(fd: usize, text: &str) {
    call(WRITE, [fd, text.as_ptr() as usize, text.len(), 0, 0, 0]);
}

unsafe fn check(what: &str, ok: bool) {
    if !ok {
        say(2, "not so: ");
        say(2, what);
        say(2, "\n");
        call(EXIT_GROUP, [1, 0, 0, 0, 0, 0]);
    }
}

unsafe fn ioctl<T>(file: isize, request: usize, argument: &mut T) -> isize {
    call(IOCTL, [file as usize, request, argument as *mut T as usize, 0, 0, 0])
}

#[repr(C)]
struct BoCreate(u64, u32, u32, u32, u32);
#[repr(C)]
struct MmapOffset(u32, u32, u64);
#[repr(C)]
struct VmCreate(u32, u32, u64);
#[repr(C)]
struct Op(u32, u32, u64, u64, u64, u32, u32, u64);
#[repr(C)]
struct VmBind(u32, u32, u32, u32, u64);

#[no_mangle]
unsafe extern "C" fn client() -> ! {
    let file = call(OPEN, [b"/dev/dri/renderD128\0".as_ptr() as usize, 2, 0, 0, 0, 0]);
    check("open", file >= 0);
    let mut bo = BoCreate(65536, 0, 0, 0, 0);
    check("BO_CREATE", ioctl(file, 0xc0186445, &mut bo) == 0);
    let mut at = MmapOffset(bo.3, 0, 0);
    check("BO_MMAP_OFFSET", ioctl(file, 0xc0106446, &mut at) == 0);
    let first = call(MMAP, [0, 65536, 3, 1, file as usize, at.2 as usize]);
    let again = call(MMAP, [0, 65536, 1, 1, file as usize, at.2 as usize]);
    check("mmap", first > 0 && again > 0);
    (first as *mut u8).add(7).write_volatile(9);
    check("one memory", (again as *const u8).add(7).read_volatile() == 9);

    let mut vm = VmCreate(0, 0, 0);
    check("VM_CREATE", ioctl(file, 0xc0106441, &mut vm) == 0);
    let ops = [
        Op(0, bo.3, 0, 0x1000000, 65536, 0, 0, 0),
        Op(1 << 28, 0, 0, 0x1004000, 0x4000, 0, 0, 0),
    ];
    let mut bind = VmBind(vm.1, 0, 48, 2, ops.as_ptr() as u64);
    check("VM_BIND", ioctl(file, 0xc0186443, &mut bind) == 0);
    bind.0 = 99;
    check("VM_BIND of no VM", ioctl(file, 0xc0186443, &mut bind) == EINVAL);
    call(CLOSE, [file as usize, 0, 0, 0, 0, 0]);
    say(1, "client.rs: to its end\n");
    call(EXIT_GROUP, [0, 0, 0, 0, 0, 0]);
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
