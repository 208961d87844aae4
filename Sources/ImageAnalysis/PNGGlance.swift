import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Looks at an image's header and walks its chunks, without decoding: finds wrong kinds of files and cut ones.
package enum PNGGlance {
  /// Throws what reading the image would end with, as far as it can be seen so; links are followed.
  package static func check(path: String, named name: String) throws(Fault) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .imageUnreadable(name, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    _ = try PNGHeader(descriptor: descriptor, named: name)
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { return }
    var offset: Int64 = 8
    while offset < Int64(facts.st_size) {
      var head = [UInt8](repeating: 0, count: 8)
      guard pread(descriptor, &head, 8, off_t(offset)) == 8 else { throw .imageTruncated(name) }
      let length = head[0..<4].reduce(0) { $0 << 8 | Int64($1) }
      offset += length + 12
      if offset > Int64(facts.st_size) { throw .imageTruncated(name) }
      if head[4..<8].elementsEqual("IEND".utf8) { return }
    }
    throw .imageTruncated(name)
  }
}
