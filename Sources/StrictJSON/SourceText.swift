/// A place in a text file, both numbers from 1; columns count characters (Unicode scalars), not bytes.
package struct SourcePosition: Hashable, Sendable, Comparable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// Bytes of a text file and where its lines begin, so that an offset can be told as line and column.
package struct SourceText: Sendable {
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { buffer in
      for (index, byte) in buffer.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    }
    lineStarts = starts
  }

  /// Tells line and column of a byte; an offset past the end is told as the end.
  package func position(ofOffset offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    // Continuation bytes (10xxxxxx) begin no character.
    let characters = bytes.withUnsafeBufferPointer { buffer in
      var count = 0
      for index in lineStarts[low]..<offset where buffer[index] & 0xC0 != 0x80 { count += 1 }
      return count
    }
    return SourcePosition(line: low + 1, column: characters + 1)
  }

  /// Finds where the bytes stop being UTF-8: the offset of every ill-formed sequence, at most `limit` of
  /// them.
  package func illFormedOffsets(limit: Int) -> [Int] {
    bytes.withUnsafeBufferPointer { buffer in
      var found: [Int] = []
      var index = 0
      while index < buffer.count, found.count < limit {
        if buffer[index] < 0x80 {
          index += 1
          continue
        }
        let (length, wellFormed) = Self.sequence(at: index, in: buffer)
        if !wellFormed { found.append(index) }
        index += length
      }
      return found
    }
  }

  /// Measures the sequence that a byte above 0x7F begins, as Unicode's table 3-7 has it: no overlong forms,
  /// no surrogates, nothing above U+10FFFF. An ill-formed one is as long as its well-formed beginning, at
  /// least one byte.
  private static func sequence(
    at index: Int, in buffer: UnsafeBufferPointer<UInt8>
  ) -> (length: Int, wellFormed: Bool) {
    let second: ClosedRange<UInt8>
    let following: Int
    switch buffer[index] {
    case 0xC2...0xDF: (following, second) = (1, 0x80...0xBF)
    case 0xE0: (following, second) = (2, 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE...0xEF: (following, second) = (2, 0x80...0xBF)
    case 0xED: (following, second) = (2, 0x80...0x9F)
    case 0xF0: (following, second) = (3, 0x90...0xBF)
    case 0xF1...0xF3: (following, second) = (3, 0x80...0xBF)
    case 0xF4: (following, second) = (3, 0x80...0x8F)
    default: return (1, false)
    }
    for place in 1...following {
      let allowed = place == 1 ? second : 0x80...0xBF
      guard index + place < buffer.count, allowed.contains(buffer[index + place]) else {
        return (place, false)
      }
    }
    return (following + 1, true)
  }
}
