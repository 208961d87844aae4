/// Leaves of the chain, one behind the other, as they are hashed.
package struct LeafPage: ~Copyable {
  private var bytes: ChainBytes
  private var leaves: [(start: Int, batch: Int)] = []

  package init(capacity: Int) { bytes = ChainBytes(capacity: capacity) }

  package var byteCount: Int { bytes.count }

  /// The leaf that was added last.
  package var last: UnsafeRawBufferPointer { bytes[(leaves.last?.start ?? 0)..<bytes.count] }

  package mutating func clear() {
    bytes.clear()
    leaves.removeAll(keepingCapacity: true)
  }

  /// Adds the leaf of a stored event; `number` is its batch's.
  package mutating func add(_ row: StoredEvent, batch number: Int) {
    begin(
      position: row.position, version: row.version, timeMs: row.timeMs, attempt: row.attempt, batch: number)
    bytes.append(row.batch)
    bytes.append(row.run)
    bytes.append(optional: row.asset)
    bytes.append(optional: row.stage)
    bytes.append(row.type)
    bytes.append(row.payload)
  }

  /// Adds the leaf of an event that gets these places.
  package mutating func add(
    _ event: NewEvent, in batch: String, number: Int = 0, position: Int64, version: Int64
  ) {
    begin(
      position: position, version: version, timeMs: event.timeMs, attempt: event.attempt, batch: number)
    bytes.append(batch)
    bytes.append(event.run)
    bytes.append(optional: event.asset)
    bytes.append(optional: event.stage)
    bytes.append(event.type)
    event.payload.withUnsafeBytes { bytes.append($0) }
  }

  private mutating func begin(
    position: Int64, version: Int64, timeMs: Int64, attempt: Int64?, batch: Int
  ) {
    leaves.append((bytes.count, batch))
    bytes.append(domain: HashChain.leafDomain)
    bytes.append(position)
    bytes.append(version)
    bytes.append(timeMs)
    bytes.append(optional: attempt)
  }

  /// Hands over every event with the number of its batch, in order.
  package func visitEach(_ body: (EventOutline) -> Void) {
    for (index, leaf) in leaves.enumerated() {
      let end = index + 1 < leaves.count ? leaves[index + 1].start : bytes.count
      body(EventOutline(bytes[leaf.start..<end], batch: leaf.batch))
    }
  }
}
