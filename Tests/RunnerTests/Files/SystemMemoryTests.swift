import Files
import Testing

@testable import Runner

@Suite("Memory that a run may count on")
struct SystemMemoryTests {
  private func available(_ files: [String: String]) -> Int64? {
    SystemMemory.availableBytes { path in files[path].map { Array($0.utf8) } }
  }

  static let machine = ["/proc/meminfo": "MemTotal:       16000 kB\nMemAvailable:    8000 kB\n"]

  @Test("Without control groups it is what the machine has available")
  func machineAlone() {
    #expect(available(Self.machine) == 8_192_000)
    #expect(available([:]) == nil)
  }

  @Test("The tightest group around the process counts, its caches taken as free")
  func secondVersion() {
    var files = Self.machine
    files["/proc/self/cgroup"] = "0::/outer/inner\n"
    files["/sys/fs/cgroup/outer/inner/memory.max"] = "max\n"
    files["/sys/fs/cgroup/outer/inner/memory.current"] = "10\n"
    files["/sys/fs/cgroup/outer/memory.max"] = "5000000\n"
    files["/sys/fs/cgroup/outer/memory.current"] = "3000000\n"
    files["/sys/fs/cgroup/outer/memory.stat"] = "anon 1\ninactive_file 500000\nslab 3\n"
    #expect(available(files) == 2_500_000)
    files["/sys/fs/cgroup/outer/memory.current"] = "9000000\n"
    #expect(available(files) == 0)
  }

  @Test("Groups of the first version count as well, and an absent limit limits nothing")
  func firstVersion() {
    var files = Self.machine
    files["/proc/self/cgroup"] = "5:cpu,cpuacct:/x\n4:memory:/box\n"
    files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n"
    files["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = "100\n"
    #expect(available(files) == 8_192_000)
    files["/sys/fs/cgroup/memory/box/memory.limit_in_bytes"] = "1000000\n"
    files["/sys/fs/cgroup/memory/box/memory.usage_in_bytes"] = "400000\n"
    #expect(available(files) == 600_000)
  }

  @Test("This machine has some memory to give")
  func here() {
    #expect(SystemMemory.availableBytes() > 1 << 20)
  }
}
