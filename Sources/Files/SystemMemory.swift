#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much memory a run may count on before the system swaps or the container is ended.
package enum SystemMemory {
  /// Bytes that are available now: the least of the machine's available memory and what each control group
  /// around this process still grants. All of the machine's memory where the system says no more than that.
  package static func availableBytes() -> Int64 {
    let installed = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    return availableBytes { try? InputFile.bytes(at: $0, limitBytes: 1 << 20) } ?? installed
  }

  /// The same from the system's own text files; nil where they say nothing.
  package static func availableBytes(reading file: (String) -> [UInt8]?) -> Int64? {
    func text(_ path: String) -> String? { file(path).map { String(decoding: $0, as: UTF8.self) } }
    let machine = text("/proc/meminfo").flatMap { value(of: "MemAvailable:", in: $0) }.map { $0 * 1024 }
    let groups = (text("/proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line in
      grants(to: line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false), text)
    }
    return ([machine].compactMap { $0 } + groups).min()
  }

  /// What each group from this one outwards still grants. A line is `0::/path` for version 2 of control
  /// groups and `n:memory:/path` for version 1.
  private static func grants(to line: [Substring], _ text: (String) -> String?) -> [Int64] {
    guard line.count == 3 else { return [] }
    let isSecondVersion = line[0] == "0" && line[1].isEmpty
    guard isSecondVersion || line[1].split(separator: ",").contains("memory") else { return [] }
    let base = isSecondVersion ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
    let names =
      isSecondVersion
      ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
    let cache = isSecondVersion ? "inactive_file " : "total_inactive_file "
    let parts = line[2].split(separator: "/")
    return (0...parts.count).compactMap { depth in
      let folder = ([base] + parts[..<depth].map(String.init)).joined(separator: "/")
      guard let limit = text("\(folder)/\(names.0)").flatMap(number),
        let used = text("\(folder)/\(names.1)").flatMap(number)
      else { return nil }
      // Cached files are given up before anything is ended.
      let reclaimable = text("\(folder)/memory.stat").flatMap { value(of: cache, in: $0) } ?? 0
      return max(0, limit - max(0, used - reclaimable))
    }
  }

  /// Reads the first number after a name at the start of a line.
  private static func value(of name: String, in text: String) -> Int64? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int64($0) }
  }

  /// Reads a file's only number; nil for `max`.
  private static func number(_ text: String) -> Int64? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Int64($0) }
  }
}
