import ArgumentParser

@main
struct LedgerCtl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ledgerctl", version: "0.1.0")
}
