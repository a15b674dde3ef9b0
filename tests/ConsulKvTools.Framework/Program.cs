using System.Reflection;
using System.Runtime.CompilerServices;

namespace ConsulKvTools.Framework;

/// <summary>Loads the module as Windows PowerShell would and walks through what it promises, a line each: <c>ok name</c> or <c>FAILED name: why</c>.</summary>
internal static class Program
{
    /// <param name="arguments">The module's folder, the agent's address, a token, the address over TLS, the authority's file, a port nobody listens at.</param>
    private static int Main(string[] arguments)
    {
        var folder = Path.Combine(arguments[0], "bin", "net472");
        // What Import-Module does: the assembly by its path, what it refers to from beside it, then its initializer.
        AppDomain.CurrentDomain.AssemblyResolve += (_, request) => new AssemblyName(request.Name).Name is "ConsulKvTools" or "ConsulKvTools.Core"
            ? Assembly.LoadFrom(Path.Combine(folder, new AssemblyName(request.Name).Name + ".dll")) : null;
        return Run(arguments);
    }

    // Compiled only once it is called, when the resolver is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string[] arguments)
    {
        new ConsulKvTools.Loading.ModuleInitializer().OnImport();
        return new Walk(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]).Run();
    }
}
