/// Bytes that are going to be hashed, written as `HashChain` says.
///
/// A plain buffer, since an array's checks cost a tenth of a verification.
package struct ChainBytes: ~Copyable {
  private var start: UnsafeMutableRawPointer
  private var size: Int
  private let usualSize: Int
  package private(set) var count = 0

  package init(capacity: Int) {
    usualSize = capacity
    size = capacity
    start = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { start.deallocate() }

  /// All bytes so far; gone with the next change.
  package var all: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  package subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: all[range])
  }

  /// Empties the buffer, and gives back what one great text or payload made it grow by.
  package mutating func clear() {
    count = 0
    if size > 4 * usualSize { resize(to: usualSize) }
  }

  /// Adds the name that a kind of node begins with.
  package mutating func append(domain: StaticString) {
    append(UnsafeRawBufferPointer(start: domain.utf8Start, count: domain.utf8CodeUnitCount))
  }

  /// Adds a string's bytes, or the payload's, with their length before them.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(Int64(bytes.count))
    appendPlain(bytes)
  }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a string that may be absent.
  package mutating func append(optional bytes: UnsafeRawBufferPointer?) {
    append(tag: bytes != nil)
    if let bytes { append(bytes) }
  }

  package mutating func append(optional text: String?) {
    append(tag: text != nil)
    if let text { append(text) }
  }

  package mutating func append(optional number: Int64?) {
    append(tag: number != nil)
    if let number { append(number) }
  }

  package mutating func append(_ number: Int64) {
    makeRoom(for: 8)
    start.storeBytes(of: number.bigEndian, toByteOffset: count, as: Int64.self)
    count += 8
  }

  /// Adds bytes as they are.
  package mutating func appendPlain(_ bytes: UnsafeRawBufferPointer) {
    guard let added = bytes.baseAddress else { return }
    makeRoom(for: bytes.count)
    (start + count).copyMemory(from: added, byteCount: bytes.count)
    count += bytes.count
  }

  private mutating func append(tag isThere: Bool) {
    makeRoom(for: 1)
    start.storeBytes(of: isThere ? 1 : 0, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  private mutating func makeRoom(for added: Int) {
    if count + added > size { resize(to: max(count + added, size * 2)) }
  }

  private mutating func resize(to size: Int) {
    let resized = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    resized.copyMemory(from: start, byteCount: count)
    start.deallocate()
    start = resized
    self.size = size
  }
}
