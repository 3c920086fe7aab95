// Three frequencies for each of an x86-64 guest's two processors, beside QEMU's own tables (`qemu -acpitable`): a processor is
// told the frequency that it is to have by a byte in I/O port 0x80, which does nothing. Linux's acpi-cpufreq believes it.
DefinitionBlock ("", "SSDT", 2, "BPFLT", "CPUFREQ", 1)
{
    External (\_SB.CPUS.C000, DeviceObj)
    External (\_SB.CPUS.C001, DeviceObj)

    Scope (\_SB)
    {
        // Control and status.
        Name (FPCT, Package ()
        {
            ResourceTemplate () { Register (SystemIO, 8, 0, 0x80) },
            ResourceTemplate () { Register (SystemIO, 8, 0, 0x80) }
        })
        // Each: MHz, milliwatts, microseconds of a change, and of the bus meanwhile, the byte that asks for it, and that tells it.
        Name (FPSS, Package ()
        {
            Package () { 3000, 30000, 10, 10, 0, 0 },
            Package () { 2000, 20000, 10, 10, 1, 1 },
            Package () { 1000, 10000, 10, 10, 2, 2 }
        })
    }
    Scope (\_SB.CPUS.C000)
    {
        Method (_PCT) { Return (FPCT) }
        Method (_PSS) { Return (FPSS) }
        Name (_PPC, 0)
    }
    Scope (\_SB.CPUS.C001)
    {
        Method (_PCT) { Return (FPCT) }
        Method (_PSS) { Return (FPSS) }
        Name (_PPC, 0)
    }
}
