// The door to the page's library: templates, components and their state. Text in a template is always text.
import htm from 'htm';
import { type ComponentChildren, h, render, type VNode } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

/** A piece of the page as a tagged template. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
export type { ComponentChildren, VNode };
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** Shows `node` in the page. */
export const show = (node: VNode, place: Element): void => render(node, place);
