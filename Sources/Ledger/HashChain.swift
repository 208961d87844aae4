import CCrypto

/// The chain that ties every event to the one before it.
///
/// Integers are 8 bytes, big-endian; texts their length and their UTF-8; the payload its length and its
/// bytes. An attempt, an asset and a stage are preceded by one byte: 0 if absent, 1 if there. Hashes stand as
/// their 32 bytes. `leaf = SHA256("ledger/leaf/v1", position, version, time, attempt, batch, run, asset,
/// stage, type, payload)`, `hash = SHA256("ledger/node/v1", position, previous hash, leaf)`. Both names are
/// texts as well. `docs/hash-chain-vectors.json` holds examples.
public enum HashChain {
  static let leafDomain = "ledger/leaf/v1"
  static let nodeDomain = "ledger/node/v1"

  /// Computes the hash that an event with these values must have.
  public static func hash(
    of event: NewEvent, in batch: String, position: Int64, version: Int64, previous: Digest
  ) -> Digest {
    var hasher = ChainHasher()
    return hasher.hash(of: event, in: batch, position: position, version: version, previous: previous)
  }

  /// Computes the hash that a stored event must have, from everything in it but its hash.
  public static func hash(of event: Event) -> Digest {
    hash(
      of: NewEvent(
        timeMs: event.timeMs, run: event.run, type: event.type, asset: event.asset,
        stage: event.stage, attempt: event.attempt, payload: event.payload),
      in: event.batch, position: event.position, version: event.version, previous: event.previous)
  }
}

/// Computes the chain's hashes one after another, keeping its buffer and libcrypto's context between them.
struct ChainHasher: ~Copyable {
  private let context: OpaquePointer
  private let algorithm: OpaquePointer
  /// What is hashed next: a plain buffer, since an array's checks cost a tenth of a verification.
  private var encoded = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  private var count = 0

  init() {
    guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
      preconditionFailure("libcrypto has no SHA-256: out of memory, or a build without it.")
    }
    self.context = context
    self.algorithm = algorithm
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_free(algorithm)
    encoded.deallocate()
  }

  /// Computes the hash of an event that is about to get its place.
  mutating func hash(
    of event: NewEvent, in batch: String, position: Int64, version: Int64, previous: Digest
  ) -> Digest {
    beginLeaf(position: position, version: version, timeMs: event.timeMs, attempt: event.attempt)
    append(batch)
    append(event.run)
    append(optional: event.asset)
    append(optional: event.stage)
    append(event.type)
    event.payload.withUnsafeBytes { append($0) }
    return Digest(
      bytes: [UInt8](unsafeUninitializedCapacity: 32) { hash, count in
        previous.bytes.withUnsafeBytes {
          finish(position: position, previous: $0, into: UnsafeMutableRawBufferPointer(hash))
        }
        count = 32
      })
  }

  /// Starts a leaf with what comes before its texts.
  mutating func beginLeaf(position: Int64, version: Int64, timeMs: Int64, attempt: Int64?) {
    count = 0
    append(HashChain.leafDomain)
    append(position)
    append(version)
    append(timeMs)
    append(tag: attempt != nil)
    if let attempt { append(attempt) }
  }

  /// Adds a text's bytes, or the payload's, with their length before them.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(Int64(bytes.count))
    appendPlain(bytes)
  }

  /// Adds a text that may be absent.
  mutating func append(optional bytes: UnsafeRawBufferPointer?) {
    append(tag: bytes != nil)
    if let bytes { append(bytes) }
  }

  /// Ends the leaf and writes the node's 32 bytes over the start of `hash`.
  mutating func finish(
    position: Int64, previous: UnsafeRawBufferPointer, into hash: UnsafeMutableRawBufferPointer
  ) {
    digest(into: hash)
    count = 0
    append(HashChain.nodeDomain)
    append(position)
    appendPlain(previous)
    appendPlain(UnsafeRawBufferPointer(rebasing: hash[..<32]))
    digest(into: hash)
  }

  private func digest(into hash: UnsafeMutableRawBufferPointer) {
    let done =
      EVP_DigestInit_ex(context, algorithm, nil) == 1
      && EVP_DigestUpdate(context, encoded.baseAddress, count) == 1
      && EVP_DigestFinal_ex(context, hash.baseAddress, nil) == 1
    precondition(done, "libcrypto refused to hash \(count) bytes.")
  }

  private mutating func appendPlain(_ bytes: UnsafeRawBufferPointer) {
    if count + bytes.count > encoded.count { grow(toHold: count + bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: encoded[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  private mutating func grow(toHold needed: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(needed, encoded.count * 2), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(encoded))
    encoded.deallocate()
    encoded = larger
  }

  private mutating func append(tag isThere: Bool) {
    withUnsafeBytes(of: UInt8(isThere ? 1 : 0)) { appendPlain($0) }
  }

  private mutating func append(_ number: Int64) {
    withUnsafeBytes(of: number.bigEndian) { appendPlain($0) }
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  private mutating func append(optional text: String?) {
    append(tag: text != nil)
    if let text { append(text) }
  }
}
