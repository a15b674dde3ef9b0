namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv demo</c> showed.</summary>
internal sealed record DemoDocument(string ConsulVersion, IReadOnlyList<DemoSceneDocument> Scenes, bool Succeeded) : CommandDocument("demo");
