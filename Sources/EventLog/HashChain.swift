import CCrypto
import Core

/// The chain that ties every event to the one before it.
///
/// Integers are 8 bytes, big-endian; strings their length and their UTF-8; the payload its length and its
/// bytes. An attempt, an asset and a stage are preceded by one byte: 0 if absent, 1 if there. Hashes are
/// their 32 bytes. `leaf = SHA256("ledger/leaf/v1", position, version, time, attempt, batch, run, asset,
/// stage, type, payload)`, `hash = SHA256("ledger/node/v1", position, previous hash, leaf)`. Both names are
/// strings as well. `docs/hash-chain-vectors.json` holds examples.
public enum HashChain {
  package static let leafDomain: StaticString = "ledger/leaf/v1"
  package static let nodeDomain: StaticString = "ledger/node/v1"

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

/// Computes the chain's hashes one after another, keeping libcrypto's context between them.
package struct ChainHasher: ~Copyable {
  private let context: OpaquePointer
  private let algorithm: OpaquePointer
  private var leaf = LeafPage(capacity: 4096)
  private var node = ChainBytes(capacity: 128)

  package init() {
    Libcrypto.start()
    guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
      preconditionFailure("libcrypto has no SHA-256: out of memory, or a build without it.")
    }
    self.context = context
    self.algorithm = algorithm
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_free(algorithm)
  }

  /// Computes the hash of an event that is about to get its place.
  package mutating func hash(
    of event: NewEvent, in batch: String, position: Int64, version: Int64, previous: Digest
  ) -> Digest {
    leaf.clear()
    leaf.add(event, in: batch, position: position, version: version)
    return Digest(
      bytes: [UInt8](unsafeUninitializedCapacity: 32) { hash, count in
        previous.bytes.withUnsafeBytes {
          write(
            position: position, previous: $0, leaf: leaf.last, into: UnsafeMutableRawBufferPointer(hash))
        }
        count = 32
      })
  }

  /// Writes the hash of the event with this leaf, 32 bytes, over the start of `hash`.
  package mutating func write(
    position: Int64, previous: UnsafeRawBufferPointer, leaf: UnsafeRawBufferPointer,
    into hash: UnsafeMutableRawBufferPointer
  ) {
    digest(leaf, into: hash)
    node.clear()
    node.append(domain: HashChain.nodeDomain)
    node.append(position)
    node.appendPlain(previous)
    node.appendPlain(UnsafeRawBufferPointer(rebasing: hash[..<32]))
    digest(node.all, into: hash)
  }

  private func digest(_ bytes: UnsafeRawBufferPointer, into hash: UnsafeMutableRawBufferPointer) {
    let done =
      EVP_DigestInit_ex(context, algorithm, nil) == 1
      && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
      && EVP_DigestFinal_ex(context, hash.baseAddress, nil) == 1
    precondition(done, "libcrypto refused to hash \(bytes.count) bytes.")
  }
}
