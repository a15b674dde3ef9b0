using System.Runtime.InteropServices;
using ConsulKvTools.Benchmarks.Peers;

namespace ConsulKvTools.Benchmarks.Product;

/// <summary>The product as it ships: the module folder, the managed and the native command line. Built in Release before anything is measured.</summary>
internal sealed record ProductBuild
{
    /// <summary>The module's manifest.</summary>
    public required string Module { get; init; }

    /// <summary>The managed command line, to be run by <c>dotnet</c>.</summary>
    public required string ManagedCommandLine { get; init; }

    /// <summary>The native command line; null where it could not be published.</summary>
    public required string? NativeCommandLine { get; init; }

    /// <summary>Why there is no native command line; null when there is.</summary>
    public required string? NativeProblem { get; init; }

    private static string Target => RuntimeInformation.RuntimeIdentifier;

    private static string NativeFolder => Path.Combine(Repository.Root, "out", "native", Target);

    /// <summary>Builds all three.</summary>
    /// <param name="native">False leaves the native command line as it is.</param>
    /// <param name="say">Progress for a person.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<ProductBuild> MakeAsync(bool native, Action<string> say, CancellationToken cancellation)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        say("Building the module …");
        await DotnetAsync("build", Path.Combine(Repository.Root, "src", "ConsulKvTools"), "-t:ModuleLayout", "--configuration", "Release").ConfigureAwait(false);
        if (!native) return Last("it was not published before");
        say("Building the command line …");
        var commandLine = Path.Combine(Repository.Root, "src", "ConsulKvTools.Cli");
        await DotnetAsync("build", commandLine, "--configuration", "Release").ConfigureAwait(false);
        say("Publishing the native command line …");
        try
        {
            await DotnetAsync("publish", commandLine, "--configuration", "Release", "--runtime", Target, "-p:Native=true",
                "--artifacts-path", Path.Combine(Repository.Root, "out", "native", "build"), "--output", NativeFolder).ConfigureAwait(false);
            return Last("it is not where it should be");
        }
        catch (InvalidOperationException failed)
        {
            return Last(failed.Message.Split('\n')[0]) with { NativeCommandLine = null };
        }

        Task DotnetAsync(params string[] arguments) =>
            ProgramRun.RunAsync(dotnet, [.. arguments, "--nologo", "--verbosity", "quiet"], cancellation,
                environment: new Dictionary<string, string?> { ["MSBuildExtensionsPath"] = null, ["MSBuildSDKsPath"] = null, ["MSBUILD_EXE_PATH"] = null });
    }

    /// <summary>What was built last.</summary>
    /// <param name="problem">Why there is no native command line, should there be none.</param>
    public static ProductBuild Last(string problem)
    {
        var native = Path.Combine(NativeFolder, OperatingSystem.IsWindows() ? "consulkv.exe" : "consulkv");
        return new ProductBuild
        {
            Module = Path.Combine(Repository.Root, "out", "ConsulKvTools", "ConsulKvTools.psd1"),
            ManagedCommandLine = Path.Combine(Repository.Root, "src", "ConsulKvTools.Cli", "bin", "Release", "net10.0", "consulkv.dll"),
            NativeCommandLine = File.Exists(native) ? native : null,
            NativeProblem = problem,
        };
    }
}
