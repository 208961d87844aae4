// swift-tools-version: 6.2
import PackageDescription

let runner: Target.Dependency = .product(name: "Runner", package: "ledgerctl")
let ledger: Target.Dependency = .product(name: "Ledger", package: "ledgerctl")

let package = Package(
  name: "library-examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "ledgerctl", path: "../..")],
  targets: [
    .executableTarget(name: "LandBatch", dependencies: [runner]),
    .executableTarget(name: "RetryAsset", dependencies: [runner]),
    .executableTarget(name: "CancelBatch", dependencies: [runner]),
    .executableTarget(name: "FollowEvents", dependencies: [runner, ledger]),
    .executableTarget(name: "OwnExtractor", dependencies: [runner]),
    .executableTarget(name: "ReadLedger", dependencies: [ledger]),
  ]
)
