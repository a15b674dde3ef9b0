using System.Collections;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Lets a session parameter take the name of a session of this runspace; an address: the rest of that session's settings comes from the
/// <c>CONSUL_*</c> environment; or a session that was saved or came to another process, as far as it needs no token from there.
/// </summary>
public sealed class ConsulSessionAttribute : ArgumentTransformationAttribute
{
    /// <summary>True for a parameter that is about sessions that exist: it takes names and no addresses, and several of them.</summary>
    public bool Existing { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Existing && (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList several && !SavedSession.IsPicture(inputData)
            ? several.Cast<object?>().Select(Read).ToArray() : Read(inputData);

    private ConsulKvSession? Read(object? given)
    {
        switch (given is PSObject wrapped ? wrapped.BaseObject : given)
        {
            case ConsulKvSession session:
                return session;
            case Uri address when !Existing:
                return OfAddress(address.OriginalString);
            case string text:
                return OfText(text);
            case null:
                return null;
            case PSCustomObject when SavedSession.IsPicture(given):
                return Told(() => SavedSession.Open((PSObject)given!));
            case var other:
                throw new ArgumentTransformationMetadataException(
                    $"'{Printable.Text(other.ToString(), 60)}' is not a session. Give what New-ConsulKvSession returns, its name{(Existing ? "" : ", or an address such as http://127.0.0.1:8500")}.");
        }
    }

    private ConsulKvSession OfText(string text)
    {
        // An address means what the environment has for it, whatever sessions to it were made before.
        if (RunspaceSessions.Current.Find(text) is { } named && (Existing || named.Name != named.Address)) return named;
        return !Existing ? OfAddress(text) : throw new ArgumentTransformationMetadataException(
            $"There is no session named '{Printable.Text(text, 120)}' in this runspace. Get-ConsulKvSession lists those there are.");
    }

    private static ConsulKvSession OfAddress(string address)
    {
        if (address.Trim().Length == 0)
            throw new ArgumentTransformationMetadataException("The address is empty. Give an address such as http://127.0.0.1:8500, or leave -Session out.");
        return Told(() => RunspaceSessions.Current.OfEnvironment(address));
    }

    private static ConsulKvSession Told(Func<ConsulKvSession> open)
    {
        try
        {
            return open();
        }
        catch (ConsulException invalid)
        {
            throw new ArgumentTransformationMetadataException($"{FindingErrors.Sentence(invalid.Finding.Title)} {invalid.Finding.Remedy}");
        }
    }
}
