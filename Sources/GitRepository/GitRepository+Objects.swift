import Core

/// Reading whole objects.
extension GitRepository {
  package func blobs(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    try objects(ids, type: "blob", limitBytes: limitBytes)
  }

  package func commitBytes(_ id: GitID) throws(Fault) -> [UInt8]? {
    try objects([id], type: "commit", limitBytes: 1 << 20)[id]
  }

  /// The bytes of commit objects; those that are missing are left out.
  package func commits(_ ids: [GitID]) throws(Fault) -> [GitID: [UInt8]] {
    try objects(ids, type: "commit", limitBytes: 1 << 20)
  }

  private func objects(_ ids: [GitID], type: String, limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    // Sizes first, so that a huge blob is never read.
    let wanted = try objectHeads(ids.map(\.text)).compactMap { $0 }
      .filter { $0.type == type && $0.sizeBytes <= limitBytes }
    var found: [GitID: [UInt8]] = [:]
    for object in try objects(wanted.map(\.id.text)) {
      guard let object else { throw .gitCutShort("cat-file") }
      found[object.head.id] = Array(object.bytes)
    }
    return found
  }

  /// What is known of an object without its bytes.
  package struct ObjectHead: Hashable {
    package var id: GitID
    package var type: String
    package var sizeBytes: Int

    /// Reads `id type size`; nil for `name missing`.
    fileprivate init?(_ line: String) {
      let words = line.split(separator: " ")
      guard words.count == 3, let id = GitID(words[0]), let size = Int(words[2]) else { return nil }
      self.id = id
      type = String(words[1])
      sizeBytes = size
    }
  }

  /// The heads of objects by their names, in order; nil where one is missing.
  package func objectHeads(_ names: [String]) throws(Fault) -> [ObjectHead?] {
    if names.isEmpty { return [] }
    let lines = try git.run(["cat-file", "--batch-check"], .init(input: Self.request(names))).lines
    guard lines.count == names.count else { throw .gitCutShort("cat-file") }
    return lines.map { ObjectHead(String($0)) }
  }

  /// Objects of any size by their names, in order; nil where one is missing.
  package func objects(_ names: [String]) throws(Fault) -> [(head: ObjectHead, bytes: ArraySlice<UInt8>)?] {
    if names.isEmpty { return [] }
    let output = try git.run(["cat-file", "--batch"], .init(input: Self.request(names))).output
    var position = 0
    // Each object: a line `id type size`, the bytes, a line feed; or a line `name missing`.
    return try names.map { _ throws(Fault) in
      guard let lineEnd = output[position...].firstIndex(of: UInt8(ascii: "\n")) else {
        throw .gitCutShort("cat-file")
      }
      let head = ObjectHead(String(decoding: output[position..<lineEnd], as: UTF8.self))
      position = lineEnd + 1
      guard let head else { return nil }
      let end = position + head.sizeBytes
      guard end < output.count else { throw .gitCutShort("cat-file") }
      defer { position = end + 1 }
      return (head, output[position..<end])
    }
  }

  private static func request(_ names: [String]) -> [UInt8] {
    Array(names.map { "\($0)\n" }.joined().utf8)
  }
}
