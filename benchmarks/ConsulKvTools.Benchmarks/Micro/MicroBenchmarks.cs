using BenchmarkDotNet.Running;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>Entry to the micro-benchmarks.</summary>
internal static class MicroBenchmarks
{
    public static int Run(string[] arguments)
    {
        var found = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(arguments.Length > 0 ? arguments : ["--filter", "*"]);
        return found.Any() && found.All(summary => !summary.HasCriticalValidationErrors) ? 0 : 1;
    }
}
