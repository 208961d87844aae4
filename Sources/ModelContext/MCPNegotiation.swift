import StrictJSON

/// Finds out by asking which kind of the protocol a server speaks, and who it is.
package struct MCPNegotiation: Sendable {
  /// What was found out.
  package struct Agreement: Hashable, Sendable {
    package var version: MCPVersion
    package var serverName: String
    package var serverVersion: String
    /// The newer question cost a wait or a server: it is better not asked again.
    package var isOlderOnly = false
  }

  /// How a server is asked.
  package enum Way: Hashable, Sendable {
    /// In the newer way first, then by the handshake.
    case asking
    /// By the handshake alone, beginning with that version.
    case older(MCPVersion)
    /// In that version and no other.
    case pinned(MCPVersion)
  }

  package enum Failure: Error, Hashable, Sendable {
    /// The server failed on a connection that carried the newer question; started again and asked in the older way it
    /// may not.
    case afterProbe(MCPFailure)
    case other(MCPFailure)

    package var cause: MCPFailure {
      switch self {
      case .afterProbe(let failure), .other(let failure): failure
      }
    }
  }

  /// The error of a server that doesn't speak the version it was asked in; it says which ones it does.
  private static let unsupportedVersion: Int64 = -32022

  package let connection: MCPConnection
  package let way: Way
  package let timeout: Duration
  /// How long the first question may take: a server that doesn't know it may leave it unanswered.
  package let probeTimeout: Duration
  /// How long the older question may take where the first was left unanswered.
  package let poisonedTimeout: Duration

  package init(
    connection: MCPConnection, way: Way, timeout: Duration, probeTimeout: Duration,
    poisonedTimeout: Duration
  ) {
    self.connection = connection
    self.way = way
    self.timeout = timeout
    self.probeTimeout = probeTimeout
    self.poisonedTimeout = poisonedTimeout
  }

  package func agree() async throws(Failure) -> Agreement {
    switch way {
    case .older(let version): return try await shakeHands(version)
    case .pinned(let version) where !version.isStateless: return try await shakeHands(version)
    case .pinned, .asking: break
    }
    let isPinned = way != .asking
    let probed = await discover(.newestStateless, limit: isPinned ? timeout : min(timeout, probeTimeout))
    switch probed {
    case .success(let result):
      let versions = Self.versions(in: result["supportedVersions"])
      if versions.contains(.newestStateless) { return stateless(result) }
      guard !isPinned else { throw .other(.broken(Self.noCommon(result["supportedVersions"]))) }
      return try await afterProbe { () async throws(Failure) in
        try await shakeHands(Self.newestOfHandshake(in: versions) ?? .newestOfHandshake)
      }
    case .failure(.error(let error)) where !isPinned:
      let named = error.data?["supported"]
      let versions = Self.versions(in: error.data)
      if error.code == Self.unsupportedVersion, named?.array?.isEmpty == false, versions.isEmpty {
        throw .other(.broken(Self.noCommon(named)))
      }
      return try await afterProbe { () async throws(Failure) in
        try await shakeHands(Self.newestOfHandshake(in: versions) ?? .newestOfHandshake)
      }
    case .failure(.timedOut) where !isPinned:
      return try await afterProbe { () async throws(Failure) in
        var agreement = try await shakeHands(.newestOfHandshake, within: min(timeout, poisonedTimeout))
        agreement.isOlderOnly = true
        return agreement
      }
    case .failure(.unreadable) where !isPinned: return try await shakeHands(.newestOfHandshake)
    case .failure(.closed(let how)) where !isPinned: throw .afterProbe(.closed(how))
    case .failure(let failure): throw .other(failure)
    }
  }

  /// Marks what fails behind the newer question as perhaps spoilt by it; not what the server says of versions.
  private func afterProbe(
    _ ask: () async throws(Failure) -> Agreement
  ) async throws(Failure) -> Agreement {
    do throws(Failure) { return try await ask() } catch {
      switch error.cause {
      case .error, .timedOut, .closed: throw .afterProbe(error.cause)
      case .unreadable, .broken, .tooLarge, .surroundings, .cancelled: throw error
      }
    }
  }

  private func shakeHands(
    _ version: MCPVersion, within limit: Duration? = nil, isSecond: Bool = false
  ) async throws(Failure) -> Agreement {
    let limit = limit ?? timeout
    let asked = await connection.request("initialize", timeout: limit, hardLimit: limit) { _ in
      [
        "protocolVersion": .string(version.rawValue), "capabilities": .object([]),
        "clientInfo": Self.clientInfo,
      ]
    }
    let result: JSONValue
    switch asked {
    case .success(let value): result = value
    case .failure(.error(let error)):
      return try await named(by: error, insteadOf: version, isSecond: isSecond)
    case .failure(let failure): throw .other(failure)
    }
    let returned = result["protocolVersion"]?.string
    // A server that doesn't know the version it is offered answers with one that it does.
    guard let agreed = returned.flatMap(MCPVersion.init(rawValue:)), !agreed.isStateless else {
      let expected = MCPVersion.allCases.filter { !$0.isStateless }
      throw .other(
        .broken(
          "expected protocol version \(expected.map(\.rawValue).joined(separator: ", ")), "
            + "found \(result["protocolVersion"]?.shown ?? "none")"))
    }
    await connection.notify("notifications/initialized")
    return agreement(agreed, serverInfo: result["serverInfo"])
  }

  /// Asks in a version that a server names as it refuses another; one that names none of ours is refused.
  private func named(
    by error: MCPMessage.RPCError, insteadOf version: MCPVersion, isSecond: Bool
  ) async throws(Failure) -> Agreement {
    let versions = Self.versions(in: error.data).subtracting([version])
    if case .pinned = way { throw .other(.error(error)) }
    if !isSecond, let next = Self.newestOfHandshake(in: versions) {
      return try await shakeHands(next, isSecond: true)
    }
    // A server that answered the first question too late has by then settled on the newer kind, and says so.
    guard versions.contains(.newestStateless) else { throw .other(.error(error)) }
    switch await discover(.newestStateless, limit: timeout) {
    case .success(let result): return stateless(result)
    case .failure(let failure): throw .other(failure)
    }
  }

  private func discover(_ version: MCPVersion, limit: Duration) async -> Result<JSONValue, MCPFailure> {
    await connection.request("server/discover", timeout: limit, hardLimit: limit) { _ in
      ["_meta": .object(Self.envelope(version))]
    }
  }

  private func stateless(_ result: JSONValue) -> Agreement {
    agreement(.newestStateless, serverInfo: result["_meta"]?[Self.serverInfoKey])
  }

  private func agreement(_ version: MCPVersion, serverInfo: JSONValue?) -> Agreement {
    Agreement(
      version: version, serverName: serverInfo?["name"]?.string ?? "",
      serverVersion: serverInfo?["version"]?.string ?? "")
  }

  /// The versions of ours that a value names anywhere, but for the one that was asked for.
  private static func versions(in value: JSONValue?) -> Set<MCPVersion> {
    switch value {
    case .string(let text): MCPVersion(rawValue: text).map { [$0] } ?? []
    case .array(let elements): elements.reduce(into: []) { $0.formUnion(versions(in: $1)) }
    case .object(let members):
      members.reduce(into: []) { found, member in
        if !["requested", "received", "got", "found"].contains(member.name) {
          found.formUnion(versions(in: member.value))
        }
      }
    case .null, .bool, .number, nil: []
    }
  }

  private static func newestOfHandshake(in versions: Set<MCPVersion>) -> MCPVersion? {
    versions.filter { !$0.isStateless }.max { $0.rawValue < $1.rawValue }
  }

  private static func noCommon(_ versions: JSONValue?) -> String {
    let found = (versions?.array ?? []).map(\.shown).joined(separator: ", ")
    return "expected protocol version \(MCPVersion.newestStateless.rawValue) or an older one, found \(found)"
  }

  package static let clientInfo: JSONValue = ["name": "ledgerctl", "version": "1"]
  private static let serverInfoKey = "io.modelcontextprotocol/serverInfo"

  /// What every request of the stateless kind says about who asks, in its `_meta`.
  package static func envelope(_ version: MCPVersion) -> [JSONValue.Member] {
    guard version.isStateless else { return [] }
    return [
      .init("io.modelcontextprotocol/protocolVersion", .string(version.rawValue)),
      .init("io.modelcontextprotocol/clientCapabilities", .object([])),
      .init("io.modelcontextprotocol/clientInfo", clientInfo),
    ]
  }
}
