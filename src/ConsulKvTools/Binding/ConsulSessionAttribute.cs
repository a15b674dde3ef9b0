using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lets a session parameter take an address: the rest of that session's settings comes from the <c>CONSUL_*</c> environment.</summary>
public sealed class ConsulSessionAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        switch (inputData is PSObject wrapped ? wrapped.BaseObject : inputData)
        {
            case ConsulKvSession session:
                return session;
            case Uri address:
                return OfAddress(address.OriginalString);
            case string address:
                return OfAddress(address);
            case null:
                return null;
            case var other:
                throw new ArgumentTransformationMetadataException(
                    $"'{Printable.Text(other.ToString(), 60)}' is not a session. Give what New-ConsulKvSession returns, or an address such as http://127.0.0.1:8500.");
        }
    }

    private static ConsulKvSession OfAddress(string address)
    {
        if (address.Trim().Length == 0)
            throw new ArgumentTransformationMetadataException("The address is empty. Give an address such as http://127.0.0.1:8500, or leave -Session out.");
        try
        {
            return RunspaceSessions.Current.OfEnvironment(address);
        }
        catch (ConsulException invalid)
        {
            throw new ArgumentTransformationMetadataException($"{FindingErrors.Sentence(invalid.Finding.Title)} {invalid.Finding.Remedy}");
        }
    }
}
