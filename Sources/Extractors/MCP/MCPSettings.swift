import BatchModel
import Core
import ModelContext
import StrictJSON

/// What the configuration says about a server and the tool to call.
package struct MCPSettings: Sendable {
  package var program: ExtractorProgram
  package var tool: String
  /// The tool's arguments: see `ArgumentTemplate`.
  package var arguments: JSONValue
  /// One call for all pending assets.
  package var batch: Bool
  /// The model behind the tool, where the user names it.
  package var model: String?
  /// How long a call may take without a sign of life.
  package var timeout: Duration
  /// How long the server may take for each answer at its start; at least half a minute, for it may load much.
  package var startTimeout: Duration
  /// How long a call may take, whatever progress is reported.
  package var hardLimit: Duration
  /// The revision to speak, or for the handshake to begin with; nil to find out by asking.
  package var version: MCPVersion?
  /// How long the server may take to answer which kind of the protocol it speaks, before it is taken for the
  /// older kind.
  package var probeTimeout: Duration = .seconds(10)
  /// How long a server that left the first question unanswered may take for the older one, before it is started again
  /// and asked only that.
  package var poisonedTimeout: Duration = .seconds(15)
  /// Where it is kept which kind of the protocol the server speaks, so that finding out is paid for once.
  package var memory: ServerMemory?
  /// How many time-outs long a call may get by reporting progress.
  package static let hardLimitFactor = 5
  /// The wait before the first restart; it doubles with each.
  package var restartDelay: Duration = .milliseconds(250)
  /// How often a server may die one time after another before it is left alone.
  package var mostStarts = 5
  /// A longer line on stdout breaks the protocol.
  package var lineLimitBytes = 10 << 20
  /// How long the server may take to end by itself, and again after SIGTERM.
  package var patience: Duration = .seconds(1)

  /// Takes what is configured; `environment` is our own, of which the server gets what is named.
  package init(
    _ configured: ExtractorSettings, root: String, environment: [String: String], scratch: String? = nil
  ) {
    program = ExtractorProgram(
      words: configured.command, root: root, environmentNames: configured.env, surroundings: environment)
    tool = configured.tool
    arguments = configured.arguments
    batch = configured.batch
    model = configured.model
    timeout = configured.timeout
    hardLimit = configured.timeout * Self.hardLimitFactor
    startTimeout = max(timeout, .seconds(30))
    version = MCPVersion(rawValue: configured.protocolVersion.rawValue)
    memory = scratch.map { ServerMemory(in: $0, words: configured.command, root: root) }
  }
}
