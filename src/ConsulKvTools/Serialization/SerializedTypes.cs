using System.ComponentModel;
using System.Management.Automation.Runspaces;

namespace ConsulKvTools.Commands;

/// <summary>
/// The types that come through Export-Clixml, jobs and remoting whole, and become themselves again on the other side. The module's psm1 tells
/// PowerShell of them once the assembly is there: a types file in the manifest would be read before.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SerializedTypes
{
    /// <summary>With the depth to which each is written. A session has no other self on the other side: its token stays where it is.</summary>
    private static readonly (Type Type, int Depth)[] Rows =
    [
        (typeof(ConsulKvEntry), 2), (typeof(ConsulKvWriteResult), 4), (typeof(ConsulKvAttempt), 2), (typeof(ConsulKvReading), 2), (typeof(ConsulKvConsistencyReport), 4),
        (typeof(ConsulFinding), 3), (typeof(FindingDefinition), 2), (typeof(ProbeResult), 4), (typeof(ConsulConnectivityResult), 5), (typeof(ConsulDiagnosis), 5),
        (typeof(ConsulDiagnosisCause), 4), (typeof(LatencySummary), 2), (typeof(ConsulDiagnosisSeries), 7), (typeof(ConsulDiagnosisChange), 2), (typeof(ConsulDiagnosisComparison), 7),
        (typeof(ConsulAclResult), 4), (typeof(ConsulAclRule), 2), (typeof(ConsulRetryPolicy), 2), (typeof(ConsulSetting), 2), (typeof(ConsulEnvironmentResult), 4), (typeof(ConsulKvMetric), 2),
        (typeof(ConsulKvChange), 3),
        (typeof(ConsulKvMeasurement), 4), (typeof(ConsulKvKeySize), 2), (typeof(ConsulKvPrefixSize), 2), (typeof(ConsulKvSizeClass), 2), (typeof(ConsulKvLimitUse), 2), (typeof(ConsulKvChurn), 2),
        (typeof(ConsulKvForecast), 2), (typeof(ConsulKvMeasurePoint), 2), (typeof(ConsulKvHistoryProblem), 2), (typeof(ConsulLogFinding), 4), (typeof(ConsulLogLine), 2), (typeof(ConsulLogEvent), 2),
        (typeof(ConsulKvRelease), 3), (typeof(ConsulKvReleaseSwitch), 4), (typeof(ConsulFaultDrillReport), 4), (typeof(ConsulFaultDrillFault), 2), (typeof(ConsulFaultDrillOutcome), 2),
        (typeof(ConsulKvExport), 2), (typeof(ConsulKvImport), 2), (typeof(ConsulKvImportItem), 2),
        (typeof(ConsulKvSecret), 2), (typeof(ConsulKvDifference), 3), (typeof(ConsulKvEnvironmentRow), 3),
    ];

    /// <summary>What PowerShell has to know.</summary>
    public static TypeData[] TypeData { get; } =
    [
        .. Rows.Select(row => new TypeData(row.Type) { SerializationDepth = (uint)row.Depth, TypeConverter = typeof(SerializedTypeConverter) }),
        .. Rows.Select(row => new TypeData("Deserialized." + row.Type.FullName) { TargetTypeForDeserialization = row.Type }),
        new TypeData(typeof(ConsulKvSession)) { SerializationDepth = 4 },
    ];

    internal static bool Contains(Type type) => Array.Exists(Rows, row => row.Type == type);

    /// <summary>The type whose picture this is; null when it is none of ours.</summary>
    internal static Type? Of(string typeName) => Array.Find(Rows, row => typeName == "Deserialized." + row.Type.FullName).Type;
}
