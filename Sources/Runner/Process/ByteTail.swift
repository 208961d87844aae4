/// The last bytes of a stream, however long it gets.
struct ByteTail: Sendable {
  private let limitBytes: Int
  private var kept: [UInt8] = []

  init(limitBytes: Int = 64 << 10) { self.limitBytes = limitBytes }

  /// The bytes kept, oldest first; at most the limit.
  var bytes: [UInt8] { Array(kept.suffix(limitBytes)) }

  mutating func append(_ more: some Collection<UInt8>) {
    kept.append(contentsOf: more)
    // Cutting only at twice the limit makes every byte move once at most.
    if kept.count > 2 * limitBytes { kept.removeFirst(kept.count - limitBytes) }
  }
}
