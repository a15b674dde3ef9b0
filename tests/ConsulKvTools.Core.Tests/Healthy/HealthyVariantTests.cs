using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>What works must be called healthy, with nothing above information: an admin who is sent after a ghost loses the night.</summary>
public sealed class HealthyVariantTests(HealthyLab lab) : IClassFixture<HealthyLab>
{
    private static readonly Dictionary<string, HealthyVariant> Variants =
        new[] { AddressVariants.All, TlsVariants.All, CertificateVariants.All, ProxyVariants.All, AclVariants.All, KeyVariants.All, ClusterVariants.All, AgentVariants.All, LinkVariants.All }
            .SelectMany(variants => variants).ToDictionary(variant => variant.How, StringComparer.Ordinal);

    public static TheoryData<string> Names => new(Variants.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_healthy(string how)
    {
        var diagnosis = await Variants[how].DiagnoseAsync(lab);

        Diagnose.IsHealthy(diagnosis);
        FaultMatrix.AddHealthy(how, diagnosis);
    }

    [Fact]
    public void There_are_many() => Assert.True(Variants.Count >= 60, $"{Variants.Count} variants");
}
