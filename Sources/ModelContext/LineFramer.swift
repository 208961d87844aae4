/// Cuts a stream of bytes into lines, however the bytes arrive.
package struct LineFramer: Sendable {
  /// A line grew beyond what may be kept.
  package struct LineTooLong: Error, Hashable, Sendable {
    package let limitBytes: Int
  }

  private let limitBytes: Int
  private var pending: [UInt8] = []

  package init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Takes the next bytes and returns the lines they complete, without line feed and carriage return.
  package mutating func append(_ chunk: [UInt8]) throws(LineTooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = chunk[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      pending += rest[..<end]
      guard pending.count <= limitBytes else { throw LineTooLong(limitBytes: limitBytes) }
      if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
      lines.append(pending)
      pending = []
      rest = rest[(end + 1)...]
    }
    pending += rest
    guard pending.count <= limitBytes else { throw LineTooLong(limitBytes: limitBytes) }
    return lines
  }
}
