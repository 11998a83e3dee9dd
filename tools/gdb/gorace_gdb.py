# gorace in gdb: goroutines and the types of the library. Works on a live process and on a core file, also of an optimised build.
#
#   (gdb) source /usr/local/share/gorace/gdb/gorace_gdb.py       # or a line in ~/.gdbinit
#   (gdb) info goroutines
#   (gdb) goroutine 7 bt
#   (gdb) goroutine all bt
#   (gdb) goroutine 7 info locals                                # any command, in the innermost frame of goroutine 7
#
# A parked goroutine's registers lie on its stack (runtime/arch/context.h). Writing them into a thread, as scripts of this kind
# mostly do, is impossible on a core file and dangerous in a live process. So nothing is written: while a goroutine's stack is
# looked at, an unwinder says that the selected thread's frame 0 was called from where the goroutine parked.
import re

import gdb
import gdb.printing
import gdb.unwinder

_RUNTIME = "gorace::runtime::"
_ANONYMOUS = "'gorace::runtime::(anonymous namespace)::%s'"
_DEAD, _RUNNABLE, _RUNNING, _WAITING = range(4)
_STATES = {_RUNNABLE: "runnable", _RUNNING: "running", _WAITING: "waiting"}
# runtime/sched/wait_reason.cc, in the order of the enum.
_REASONS = [
    "running", "chan receive", "chan receive (nil chan)", "chan send", "chan send (nil chan)", "select", "select (no cases)",
    "sleep", "sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock", "sync.WaitGroup.Wait", "sync.Cond.Wait", "semacquire",
    "sync.Once.Do", "IO wait", "deadlocked",
]
_MAX_FRAMES = 64


def atomic(value):
    """The value inside a std::atomic of libstdc++ or libc++."""
    names = [field.name for field in value.type.strip_typedefs().fields()]
    for name in ("_M_i", "__a_", "__a_value"):
        if name in names:
            return atomic(value[name]) if value[name].type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else value[name]
    for name in ("_M_b", "_M_base"):
        if name in names:
            inner = value[name]
            return inner["_M_p"] if "_M_p" in [f.name for f in inner.type.strip_typedefs().fields()] else atomic(inner)
    for field in value.type.strip_typedefs().fields():
        if field.is_base_class:
            return atomic(value[field])
    raise gdb.GdbError("gorace: an atomic of a C++ library that this script does not know: %s" % value.type)


def _global(name):
    try:
        return gdb.parse_and_eval(_ANONYMOUS % name)
    except gdb.error:
        return None


class Goroutine:
    """One control block (runtime/sched/goroutine.h), read once."""

    def __init__(self, g):
        self.g = g
        self.id = int(g["id"])
        self.state = int(atomic(g["status"]))
        self.reason = int(atomic(g["wait_reason"]))
        self.creator = int(g["creator_id"])
        self.name = g["name"].string(errors="replace")
        machine = g["sched"]["machine"]
        self.tid = int(atomic(machine["tid"])) if int(machine) != 0 else 0
        # Of a thread that sleeps in park(): its frames are the thread's own.
        self.is_thread = str(g["kind"]).endswith("kThread")

    def state_text(self):
        if self.state == _WAITING:
            return _REASONS[self.reason] if self.reason < len(_REASONS) else "waiting"
        return _STATES.get(self.state, "?")

    def on_thread(self):
        return self.state == _RUNNING or self.is_thread

    def saved_registers(self):
        """Register values at the switch: runtime/arch/context.h, SavedFrame."""
        sp = int(self.g["sched"]["sp"])
        frame = gdb.Value(sp).cast(gdb.lookup_type(_RUNTIME + "SavedFrame").pointer()).dereference()
        if "rbx" not in [f.name for f in frame.type.fields()]:
            raise gdb.GdbError("gorace: parked goroutines can be shown on x86-64 only")
        registers = {name: int(frame[name]) for name in ("rbx", "r12", "r13", "r14", "r15")}
        registers["rbp"] = int(frame["frame_pointer"])
        registers["rip"] = int(frame["return_address"])
        registers["rsp"] = sp + frame.type.sizeof
        return registers

    def where(self):
        """(function, file:line) of the innermost frame that is the program's own."""
        if int(self.g["sched"]["sp"]) == 0:
            return "", ""
        with _Parked(self) as frame:
            innermost = frame
            for _ in range(_MAX_FRAMES):
                if frame is None:
                    break
                if not _is_machinery(frame.name() or "gorace::"):
                    return _frame_place(frame)
                frame = frame.older()
            return _frame_place(innermost) if innermost is not None else ("", "")

    def created_at(self):
        """(function, file:line) of the innermost creation frame that is the program's own."""
        count = int(self.g["creation_pc_count"])
        for i in range(count):
            for symbol in _functions_at(int(self.g["creation_pcs"][i]) - 1):
                if not _is_machinery(symbol.print_name):
                    return symbol.print_name, "%s:%d" % (symbol.symtab.filename, symbol.line)
        return "?", ""


def _frame_place(frame):
    sal = frame.find_sal()
    return frame.name() or "0x%x" % frame.pc(), "%s:%d" % (sal.symtab.filename, sal.line) if sal.symtab is not None else ""


def _functions_at(pc):
    """The function at pc, and those that it is inlined into, innermost first."""
    try:
        block = gdb.block_for_pc(pc)
    except RuntimeError:
        return
    while block is not None and not block.is_static:
        if block.function is not None:
            yield block.function
        block = block.superblock


def _is_machinery(name):
    bare = re.sub(r"^(void|int|bool|unsigned long|auto) ", "", name)
    return bare.startswith(("gorace::", "gorace_", "std::", "decltype(", "_ZN6gorace", "_ZNK6gorace", "_ZSt", "_ZNSt"))


def goroutines():
    """All that live: main and attached threads from the list of machines, the others from the stack arenas and start blocks."""
    g_type = gdb.lookup_type(_RUNTIME + "G")
    found = {}
    machines = _global("g_machines")
    arenas, count = _global("g_arenas"), _global("g_arena_count")
    if machines is None or arenas is None or count is None:
        raise gdb.GdbError("gorace: this program has no goroutines, or gorace's debug information is missing")
    machine = atomic(machines)
    while int(machine) != 0:
        if int(machine["thread_g"]) != 0:
            _add(found, machine["thread_g"].dereference())
        machine = machine["all_next"]
    for i in range(int(atomic(count))):
        arena = arenas[i].dereference()
        base, slot_bytes = int(arena["base"]), int(arena["slot_bytes"])
        for slot in range(int(atomic(arena["used"]))):
            # control_block() in runtime/stack/arena.cc
            address = (base + (slot + 1) * slot_bytes - g_type.sizeof - slot % 16 * 64) & ~63
            _add(found, gdb.Value(address).cast(g_type.pointer()).dereference())
    # Those that wait for their first run, without a stack (runtime/sched/start_block.h).
    slabs = _global("g_start_slabs")
    slab = atomic(slabs) if slabs is not None else 0
    while int(slab) != 0:
        blocks = slab["blocks"]
        first, last = blocks.type.range()
        for i in range(first, last + 1):
            _add(found, blocks[i]["g"])
        slab = slab["next"]
    return [found[key] for key in sorted(found)]


def _add(found, g):
    try:
        if int(atomic(g["status"])) != _DEAD and int(g["id"]) != 0:
            found[int(g["id"])] = Goroutine(g)
    except gdb.MemoryError:  # a page that is not in the core file: never used
        pass


class _FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class _ParkedUnwinder(gdb.unwinder.Unwinder):
    """Lets the stack of a parked goroutine follow the selected thread's frame 0."""

    def __init__(self):
        super().__init__("gorace-goroutine")
        self.registers = None

    def __call__(self, pending):
        if self.registers is None or pending.level() != 0:
            return None
        # The frame's id lies below the goroutine's frames, so that gdb sees a stack that grows in one direction.
        info = pending.create_unwind_info(_FrameId(gdb.Value(self.registers["rsp"] - 16), pending.read_register("rip")))
        for name, value in self.registers.items():
            kind = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(kind))
        return info


_unwinder = _ParkedUnwinder()


class _Parked:
    """with _Parked(goroutine) as frame: the frame in which it parked; None when gdb cannot unwind to it."""

    def __init__(self, goroutine):
        self.registers = goroutine.saved_registers()

    def __enter__(self):
        _unwinder.registers = self.registers
        gdb.invalidate_cached_frames()
        return gdb.newest_frame().older()

    def __exit__(self, *unused):
        _unwinder.registers = None
        gdb.invalidate_cached_frames()
        gdb.newest_frame().select()


def _in_parked(goroutine, command):
    """The output of a command in the frame where the goroutine parked."""
    if int(goroutine.g["sched"]["sp"]) == 0:
        return "it has not run yet\n" if goroutine.state == _RUNNABLE else "no saved registers\n"
    with _Parked(goroutine) as frame:
        if frame is None:
            return "its stack cannot be read\n"
        frame.select()
        output = gdb.execute(command, to_string=True)
    if re.match(r"(bt|backtrace|where)\b", command):
        # Frame 0 is the thread's own, not the goroutine's.
        output = re.sub(r"\A#0 .*?\n(?=#1 )", "", output, flags=re.S)
    return output


def _on_thread(goroutine, command):
    """The output of a command in the thread that runs the goroutine."""
    before = gdb.selected_thread()
    for thread in gdb.selected_inferior().threads():
        if thread.ptid[1] == goroutine.tid:
            thread.switch()
            try:
                return gdb.execute(command, to_string=True)
            finally:
                before.switch()
    return "its thread (%d) is not there\n" % goroutine.tid


def _header(goroutine):
    text = "goroutine %d [%s]" % (goroutine.id, goroutine.state_text())
    return text + (' "%s"' % goroutine.name if goroutine.name else "")


class InfoGoroutines(gdb.Command):
    """List goroutines: id, state, where it is, who created it where."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        for goroutine in goroutines():
            line = "%6d  %-22s" % (goroutine.id, goroutine.state_text())
            if goroutine.name:
                line += ' "%s"' % goroutine.name
            if goroutine.on_thread():
                line += " thread %d" % goroutine.tid
            else:
                line += " in %s %s" % goroutine.where()
            if goroutine.creator:
                line += "; created by goroutine %d in %s %s" % ((goroutine.creator,) + goroutine.created_at())
            gdb.write(line.rstrip() + "\n")


class GoroutineCommand(gdb.Command):
    """Run a command in a goroutine's innermost frame: goroutine ID COMMAND, goroutine all COMMAND. Without COMMAND: bt."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        which, _, command = argument.strip().partition(" ")
        command = command.strip() or "bt"
        everyone = goroutines()
        if which != "all":
            if not which.isdigit():
                raise gdb.GdbError('usage: goroutine ID|all [COMMAND]; "info goroutines" lists them')
            everyone = [goroutine for goroutine in everyone if goroutine.id == int(which)]
            if not everyone:
                raise gdb.GdbError("no goroutine has the id %s" % which)
        for goroutine in everyone:
            run = _on_thread if goroutine.on_thread() else _in_parked
            gdb.write("%s:\n%s\n" % (_header(goroutine), run(goroutine, command).rstrip("\n")))
            if which == "all":
                gdb.write("\n")


# --- Pretty printers ---


def _list_length(waiter):
    count = 0
    while int(waiter) != 0 and count < 1000:
        count, waiter = count + 1, waiter["next"]
    return count


def _queue_length(queue):
    return _list_length(atomic(queue["first_"]))


def _waiting(count):
    return ", %d waiting" % count if count else ""


class ChanPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        core = self.value["core_"]
        if int(core) == 0:
            return "nil chan"
        core = core.dereference()
        text = "chan at 0x%x, %d of %d buffered" % (int(core.address), int(atomic(core["count_"])), int(core["capacity_"]))
        if atomic(core["closed_"]):
            text += ", closed"
        for name, what in (("receivers_", "receiving"), ("senders_", "sending")):
            waiting = _queue_length(core[name])
            if waiting:
                text += ", %d %s" % (waiting, what)
        return text


class MutexPrinter:
    """runtime/sync/mutex.cc: who holds it, woken, starving, and above them the number of waiters."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        word = int(atomic(self.value["sema_"]["word"]))
        text = "locked" if word & 3 else "unlocked"
        if word & 8:
            text += ", starving"
        return text + _waiting(word >> 4)


class RWMutexPrinter:
    """runtime/sync/rw_mutex.cc: readers are counted in writer_sema_; a writer makes the count negative."""

    MAX_READERS = 1 << 30

    def __init__(self, value):
        self.value = value

    def to_string(self):
        word = int(atomic(self.value["writer_sema_"]["word"]))
        readers = word - (1 << 32) if word >= 1 << 31 else word
        inside = int(atomic(self.value["reader_sema_"]["word"]))
        writers = int(atomic(self.value["writers_"]["word"])) >> 4
        if readers >= 0:
            text = "%d reading" % readers if readers else "unlocked"
        elif inside > 0:
            text, writers = "%d reading" % inside, writers + 1
        else:
            text = "locked"
        waiting = readers + self.MAX_READERS - inside if readers < 0 else 0
        for count, what in ((writers, "writing"), (waiting, "reading")):
            if count:
                text += ", %d waiting for %s" % (count, what)
        return text


class CondPrinter:
    """runtime/sync/cond.cc: a list of those who wait."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return "%d waiting" % _list_length(self.value["first_"])


class SemaphorePrinter:
    """runtime/sync/semaphore.cc"""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        text = "%d of %d held" % (int(self.value["held_"]), int(self.value["size_"]))
        return text + _waiting(_list_length(self.value["first_"]))


class WaitGroupPrinter:
    """runtime/sync/wait_group.cc: the counter in the upper half, below it a lock bit and the number of waiters."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        state = int(atomic(self.value["state_"]))
        counter = state >> 32
        waiting = state & 0x7FFFFFFF
        return "counter %d" % counter + _waiting(waiting)


def _printers():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("gorace")
    printers.add_printer("chan", r"^gorace::(Chan|SendChan|RecvChan)(<.*>)?$", ChanPrinter)
    printers.add_printer("mutex", r"^gorace::Mutex$", MutexPrinter)
    printers.add_printer("rw_mutex", r"^gorace::RWMutex$", RWMutexPrinter)
    printers.add_printer("cond", r"^gorace::Cond$", CondPrinter)
    printers.add_printer("semaphore", r"^gorace::Semaphore$", SemaphorePrinter)
    printers.add_printer("wait_group", r"^gorace::WaitGroup$", WaitGroupPrinter)
    return printers


gdb.unwinder.register_unwinder(None, _unwinder, True)
gdb.printing.register_pretty_printer(None, _printers(), True)
InfoGoroutines()
GoroutineCommand()
