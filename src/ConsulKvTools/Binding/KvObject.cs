using System.Management.Automation;
using System.Management.Automation.Internal;
using ConsulKvTools.Kv.Trees;

namespace ConsulKvTools.Commands;

/// <summary>What PowerShell's own kinds of object are when a tree of keys is made of them.</summary>
internal static class KvObject
{
    /// <summary>Custom objects, as ConvertFrom-Json makes them, are tables of their properties; all else is what it wraps.</summary>
    /// <exception cref="GetValueException">A property cannot be read; thrown while the members are gone through.</exception>
    public static KvNode Look(object? value)
    {
        if (value is not PSObject wrapped) return value is SwitchParameter chosen ? KvNode.Of(chosen.IsPresent) : KvNode.Of(value);
        if (wrapped == AutomationNull.Value) return KvNode.Of(null);
        return wrapped.BaseObject is PSCustomObject
            ? KvNode.OfTable(wrapped.Properties.Select(property => new KeyValuePair<string, object?>(property.Name, property.Value)), wrapped)
            : Look(wrapped.BaseObject);
    }
}
