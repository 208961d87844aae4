import Testing

@testable import Runner

@Suite("Which quota an extractor uses up")
struct QuotaNameTests {
  @Test(
    "The program's name is the script's, without folders, options and interpreters",
    arguments: [
      ("./ext.sh", "ext.sh"), ("/opt/tools/ext.sh --fast", "ext.sh"),
      ("python3 servers/flash.py", "flash.py"),
      ("/usr/bin/python3.11 -u ../servers/flash.py --port 80", "flash.py"),
      ("env A=b node server.js", "server.js"),
      ("npx -y @mcp/server", "server"), ("uv run flash.py", "flash.py"), ("timeout 30s sh ext.sh", "ext.sh"),
      ("python3 -m flash", "flash"), ("python3", "python3"),
    ])
  func program(command: String, name: String) {
    #expect(QuotaName.program(of: command.split(separator: " ").map(String.init)) == name)
  }

  @Test("What counts on the other side tells quotas apart, and nothing else")
  func limiter() {
    var settings = ExtractorSettings()
    settings.kind = .mcp
    settings.command = ["python3", "servers/flash.py"]
    func limiter(_ change: (inout ExtractorSettings) -> Void) -> String {
      var changed = settings
      change(&changed)
      return QuotaName.limiter(of: changed)
    }
    let own = QuotaName.limiter(of: settings)
    #expect(limiter { $0.timeout = .seconds(5) } == own)
    #expect(limiter { $0.env = ["KEY"] } == own)
    #expect(limiter { $0.command = ["/usr/bin/python3", "/elsewhere/flash.py"] } == own)
    #expect(limiter { $0.batch = true } == own)
    #expect(limiter { $0.model = "other" } != own)
    #expect(limiter { $0.tool = "other" } != own)
    #expect(limiter { $0.kind = .exec } != own)
    #expect(limiter { $0.command = ["python3", "other.py"] } != own)
    #expect(
      limiter { $0.quota = "one" }
        == limiter {
          $0.quota = "one"
          $0.kind = .exec
          $0.command = ["x"]
        })
    #expect(limiter { $0.quota = "one" } != limiter { $0.quota = "two" })
  }
}
