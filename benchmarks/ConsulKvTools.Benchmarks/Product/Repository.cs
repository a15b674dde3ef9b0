using System.Reflection;

namespace ConsulKvTools.Benchmarks.Product;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(entry => entry.Key == "RepositoryRoot").Value!;
}
