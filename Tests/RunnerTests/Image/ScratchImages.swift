import Core
import Runner
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A folder for a test's images, removed with everything in it at the end.
final class ScratchImages {
  let folder: String
  private var names: [String] = []

  init() throws {
    var template = Array("/tmp/ledgerctl-images-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) } != nil
    }
    try #require(made, "mkdtemp failed: \(errno)")
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  /// A path in the folder that is cleaned up at the end, whatever it comes to be.
  func path(_ name: String) -> String {
    names.append(name)
    return folder + "/" + name
  }

  /// Writes bytes and returns their path; the same name is written again.
  func write(_ bytes: [UInt8], _ name: String = "image.png") throws -> String {
    let path = path(name)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        systemWrite(file, $0.baseAddress.map { $0 + start }, bytes.count - start)
      }
      try #require(count > 0)
      start += count
    }
    return path
  }
}

/// Returns the fault that an operation throws, or nil if it throws none.
func fault(of operation: () throws -> Void) -> Fault? {
  do {
    try operation()
    return nil
  } catch {
    return error as? Fault
  }
}

/// The system's `write`, which a method of that name would hide.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
