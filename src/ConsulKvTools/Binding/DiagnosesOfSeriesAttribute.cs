using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lets a parameter for diagnoses take what <c>Invoke-ConsulDiagnosis -Count</c> returns, for each diagnosis of it.</summary>
public sealed class DiagnosesOfSeriesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => BaseOf(inputData) switch
    {
        ConsulDiagnosisSeries series => series.Diagnoses.ToArray(),
        object?[] several when several.Any(one => BaseOf(one) is ConsulDiagnosisSeries) =>
            several.SelectMany(one => BaseOf(one) is ConsulDiagnosisSeries series ? series.Diagnoses : (IEnumerable<object?>)[one]).ToArray(),
        _ => inputData,
    };

    private static object? BaseOf(object? given) => given is PSObject wrapped ? wrapped.BaseObject : given;
}
