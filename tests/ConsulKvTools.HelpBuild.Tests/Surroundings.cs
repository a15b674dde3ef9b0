using System.Reflection;
using ConsulKvTools.HelpBuild.Cmdlets;

namespace ConsulKvTools.HelpBuild.Tests;

/// <summary>The pages and the cmdlets of this checkout.</summary>
internal static class Surroundings
{
    /// <summary>docs/en-US.</summary>
    public static string HelpFolder { get; } = Of("HelpFolder");

    /// <summary>The cmdlets as they are built.</summary>
    public static IReadOnlyList<CmdletFacts> Cmdlets { get; } = CmdletReader.Read(Of("ModuleAssembly"));

    private static string Of(string key) => typeof(Surroundings).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
