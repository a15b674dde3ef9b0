using System.Reflection;
using System.Runtime.Loader;

namespace ConsulKvTools.Loading;

public sealed partial class ModuleInitializer
{
    // Those that our own assemblies refer to; what they refer to in turn is found from there.
    private static readonly string[] PrivateAssemblies = ["ConsulKvTools.Resilience", "ConsulKvTools.Yaml"];

    // Only asked for by Invoke-ConsulFaultDrill with a cluster of its own.
    private const string Lab = "ConsulKvTools.Lab";

    private static readonly Lazy<PrivateContext> Context = new(() => new PrivateContext(PrivateFolder));

    private static void Subscribe() => AssemblyLoadContext.Default.Resolving += Resolve;

    private static void Unsubscribe() => AssemblyLoadContext.Default.Resolving -= Resolve;

    /// <summary>Answers for our own names only: whatever else is asked for is not ours to give.</summary>
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == Lab || Array.IndexOf(PrivateAssemblies, name.Name) >= 0 ? Context.Value.LoadFromAssemblyName(name) : null;

    /// <summary>Holds our private assemblies and all they refer to, apart from every other module's.</summary>
    private sealed class PrivateContext(string folder) : AssemblyLoadContext("ConsulKvTools")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(folder, assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
