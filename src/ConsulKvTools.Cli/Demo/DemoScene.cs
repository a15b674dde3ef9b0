namespace ConsulKvTools.Cli.Demo;

/// <summary>One thing that is broken, the command a person would run then, and the code that names the cause.</summary>
/// <param name="Broken">What was broken, in words.</param>
/// <param name="Expected">The code of the root cause.</param>
/// <param name="Arguments">The words behind <c>consulkv</c>.</param>
internal sealed record DemoScene(string Broken, string Expected, IReadOnlyList<string> Arguments);
