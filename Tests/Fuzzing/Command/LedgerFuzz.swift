import FuzzedReaders

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Gives bytes to the reader that `FUZZED_READER` names.
private func feed(_ bytes: [UInt8]) {
  guard let name = getenv("FUZZED_READER"), let reader = FuzzedReader(rawValue: String(cString: name)) else {
    fatalError("FUZZED_READER names no reader.")
  }
  do {
    try reader.read(bytes)
  } catch {
    fatalError("The \(reader.rawValue) reader broke a promise: \(error).")
  }
}

#if FUZZING
  /// What libFuzzer, which brings the program's entry along, calls with all that it thinks of.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOnce(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    feed(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  }
#else
  /// Repeats what a fuzzer found: reads the files that are its arguments.
  @main
  struct LedgerFuzz {
    static func main() {
      for path in CommandLine.arguments.dropFirst() {
        guard let file = fopen(path, "rb") else { fatalError("The file \"\(path)\" can't be read.") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
        feed(bytes)
      }
    }
  }
#endif
