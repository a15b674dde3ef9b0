using BenchmarkDotNet.Running;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>Entry to the micro-benchmarks.</summary>
internal static class MicroBenchmarks
{
    /// <summary>Runs those that the arguments choose, all when they choose none.</summary>
    /// <remarks>In this process: the project that BenchmarkDotNet would generate and build falls under this repository's rules for source code.</remarks>
    public static int Run(string[] arguments)
    {
        string[] all = arguments.Contains("--filter") || arguments.Contains("-f") || arguments.Contains("--list") ? [] : ["--filter", "*"];
        var found = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run([.. arguments, .. all, "--inProcess"]).ToArray();
        return found.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
