/// The last bytes of a stream, however long it gets.
package struct ByteTail: Sendable {
  private let limitBytes: Int
  private var kept: [UInt8] = []

  package init(limitBytes: Int = 64 << 10) { self.limitBytes = limitBytes }

  /// The bytes kept, oldest first; at most the limit.
  package var bytes: [UInt8] { Array(kept.suffix(limitBytes)) }

  package mutating func append(_ more: some Collection<UInt8>) {
    kept.append(contentsOf: more)
    // Cutting only at twice the limit makes every byte move once at most.
    if kept.count > 2 * limitBytes { kept.removeFirst(kept.count - limitBytes) }
  }
}
