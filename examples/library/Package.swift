// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "land-batch",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "ledgerctl", path: "../..")],
  targets: [
    .executableTarget(name: "LandBatch", dependencies: [.product(name: "Runner", package: "ledgerctl")])
  ]
)
